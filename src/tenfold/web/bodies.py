"""One file as a request's whole body, with its limit enforced as it arrives. Does not know what is in it."""

from io import BytesIO

from fastapi import Request

from tenfold.images.intake import megas
from tenfold.web.problems import NoFile, UploadTooLarge
from tenfold.web.uploads import chunks


async def read_body(request: Request, most: int, setting: str, what: str) -> bytes:
    """The bytes that were sent.

    Args:
        most: how many there may be.
        setting: which setting says so.
        what: what should have been sent, for messages: "model file".

    Raises:
        NoFile: there are none, or they are a form.
        UploadTooLarge: there are more; raised as they arrive.
        UploadStalled: they stop arriving.
    """
    # Not the other kind of form: curl calls whatever it sends so.
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise NoFile("The request", f"holds no {what}", received="a form", cure=_AS_BODY)
    length = request.headers.get("content-length", "")
    content = BytesIO()
    if length.isdigit() and int(length) > most:
        raise _too_large(what, f"it has {megas(int(length))} MB", most, setting)
    async for chunk in chunks(request):
        if content.tell() + len(chunk) > most:
            raise _too_large(what, f"it has more than {megas(most)} MB", most, setting)
        content.write(chunk)
    if not content.tell():
        raise NoFile("The request", f"holds no {what}", received="it has no body", cure=_AS_BODY)
    return content.getvalue()


_AS_BODY = "Send the file's bytes as the body."


def _too_large(what: str, received: str, most: int, setting: str) -> UploadTooLarge:
    return UploadTooLarge(
        f"The {what}",
        "is too large",
        received=f"{received}; the limit is {megas(most)} MB",
        cure=f"Raise the setting {setting}.",
    )
