"""Reads the pictures of a request, one by one as they arrive, and enforces every limit meanwhile.

A picture stays in memory until it is consumed, and counts against the quota of all requests. Knows HTTP
bodies; does not know what a picture is.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from tenfold.errors import PictureTooLarge
from tenfold.images import SUPPORTED
from tenfold.images.sources import megas
from tenfold.web.request_errors import BadUpload, NoPicture, UploadTooLarge
from tenfold.web.security.guard import limit_body
from tenfold.web.security.quotas import CountedBytes, Reservation

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "files"
# The body as the OpenAPI document describes it.
PICTURE = {"type": "string", "format": "binary"}
BODY: dict[str, Any] = {
    "required": True,
    "description": f"Pictures as a form, or one picture's bytes alone. Supported: {SUPPORTED}.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FIELD],
                "properties": {FIELD: {"type": "array", "minItems": 1, "items": PICTURE}},
            }
        },
        "application/octet-stream": {"schema": PICTURE},
    },
}
# A form's pictures that are too large are skipped, so that the others get an answer, up to this many times
# the limit for one; then the request is refused.
_SKIP = 4
# The most bytes that the boundary and headers of a part add to its picture.
_PART_OVERHEAD = 32_768


@dataclass(frozen=True)
class UploadLimits:
    """The most bytes one picture may have, and the most pictures one request may hold."""

    picture_bytes: int
    pictures: int


@dataclass(frozen=True)
class UploadedPicture:
    """One picture: its name and its bytes, or why they cannot be used."""

    name: str
    content: CountedBytes = field(repr=False)
    problem: PictureTooLarge | None = None


def read(request: Request, limits: UploadLimits, memory: Reservation) -> AsyncGenerator[UploadedPicture]:
    """The pictures of a request, each as soon as it is whole.

    Args:
        memory: where their bytes are reserved until they are consumed.

    Raises:
        RequestError: the body cannot be read, or holds no picture or too many.
        PictureTooLarge: a picture is larger than the limit; raised as it arrives.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if not kind.startswith(b"multipart/"):
        return _read_body(request, limits, memory)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise BadUpload(
            "The request",
            "is not a form that can be read",
            received=request.headers["content-type"][:200],
            cure="Send multipart/form-data with a boundary, or the picture's bytes alone.",
        )
    return _read_form(request, boundary, limits, memory)


def declared(request: Request) -> int:
    """The body's length in bytes by its Content-Length; 0 without one."""
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """A body's pieces as they arrive. Raises HTTPException 408 if they arrive too slowly."""
    limit_body(request.scope, None)
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def _read_body(
    request: Request, limits: UploadLimits, memory: Reservation
) -> AsyncGenerator[UploadedPicture]:
    name = "upload"
    if declared(request) > limits.picture_bytes:
        raise _too_large(name, limits, f"it has {megas(declared(request))} MB")
    with BytesIO() as content:
        async for chunk in chunks(request):
            if content.tell() + len(chunk) > limits.picture_bytes:
                raise _too_large(name, limits)
            memory.reserve(len(chunk))
            content.write(chunk)
        if not content.tell():
            raise _no_picture("it has no body")
        counted = memory.attach(content.getvalue())
    yield UploadedPicture(name, counted)


async def _read_form(
    request: Request, boundary: bytes, limits: UploadLimits, memory: Reservation
) -> AsyncGenerator[UploadedPicture]:
    most = limits.pictures * (limits.picture_bytes + _PART_OVERHEAD) + _PART_OVERHEAD
    if declared(request) > most:
        raise _too_much(limits, f"it has {megas(declared(request))} MB")
    form, arrived = _Form(limits, memory), 0
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async for chunk in chunks(request):
            arrived += len(chunk)
            if arrived > most:  # without a Content-Length, or data follows the end of the form
                raise _too_much(limits, f"it has more than {megas(most)} MB")
            parser.write(chunk)
            while form.finished:
                yield form.finished.popleft()
        parser.finalize()
    except FormParserError as reason:
        raise BadUpload(
            "The request", "is not a form that can be read", received=str(reason), cure=_AS_FORM
        ) from reason
    finally:
        form.close()
    if not form.ended:
        raise BadUpload("The request", "ends in the middle of its form", cure="Send it again.")
    if not form.pictures:
        raise _no_picture(form.seen())


class _Form:
    """Turns the events of the multipart parser into whole uploads."""

    def __init__(self, limits: UploadLimits, memory: Reservation) -> None:
        self.finished: deque[UploadedPicture] = deque()
        self.pictures = 0
        self.ended = False
        self._limits, self._memory = limits, memory
        self._skipped = 0
        self._others: list[str] = []
        self._header, self._value = b"", b""
        self._disposition = b""
        self._name: str | None = None
        self._content = BytesIO()
        self._over = False

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._finish,
            "on_end": self._end,
        }

    def seen(self) -> str:
        """The fields that were sent instead of a picture, in words."""
        return f"its fields: {', '.join(self._others[:5])}"[:200] if self._others else "its form is empty"

    def close(self) -> None:
        """Drop a picture that did not arrive whole."""
        self._content.close()

    def _begin(self) -> None:
        self._disposition, self._name, self._content, self._over = b"", None, BytesIO(), False

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        field_name = _text(options.get(b"name", b""))
        if field_name != FIELD:
            self._others.append(repr(field_name)[:50])
            if len(self._others) > self._limits.pictures:
                raise _too_many(self._limits, "fields")
            return
        self._name = _text(options.get(b"filename", b"")).replace("%22", '"')

    def _data(self, data: bytes, start: int, end: int) -> None:
        count = end - start
        if self._name is None or self._over:
            self._skip(count)
        elif self._content.tell() + count > self._limits.picture_bytes:
            self._over = True
            self._skip(self._content.tell() + count)
            count, self._content = self._content.tell(), BytesIO()
            self._memory.release(count)
        else:
            self._memory.reserve(count)
            self._content.write(memoryview(data)[start:end])

    def _skip(self, count: int) -> None:
        self._skipped += count
        if self._skipped > _SKIP * self._limits.picture_bytes:
            raise _too_large(self._name or "The request", self._limits)

    def _finish(self) -> None:
        name = self._name
        if name is None or (not name and not self._content.tell() and not self._over):
            return  # another field, or an empty file field of a browser
        self.pictures += 1
        if self.pictures > self._limits.pictures:
            raise _too_many(self._limits, "pictures")
        name = name or f"upload {self.pictures}"
        problem = _too_large(name, self._limits) if self._over else None
        content, self._content = self._content.getvalue(), BytesIO()
        self.finished.append(UploadedPicture(name, self._memory.attach(content), problem))

    def _end(self) -> None:
        self.ended = True


_AS_FORM = f"Send the pictures in the multipart field '{FIELD}', or one picture's bytes as the body."


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _too_large(name: str, limits: UploadLimits, received: str = "") -> PictureTooLarge:
    received = received or f"it has more than {megas(limits.picture_bytes)} MB"
    return PictureTooLarge(
        name,
        "is too large a file",
        received=f"{received}; the limit is {megas(limits.picture_bytes)} MB",
        cure="Save it smaller, or raise the setting max_picture_bytes.",
        reason="too-many-bytes",
        params={"most": megas(limits.picture_bytes)},
    )


def _too_much(limits: UploadLimits, received: str) -> UploadTooLarge:
    return UploadTooLarge(
        "The request",
        f"is larger than {limits.pictures} pictures may be",
        received=received,
        cure="Send fewer pictures at a time.",
    )


def _too_many(limits: UploadLimits, what: str) -> UploadTooLarge:
    return UploadTooLarge(
        "The request",
        f"holds more than {limits.pictures} {what}",
        cure="Send fewer at a time, or raise the setting max_files_per_request.",
    )


def _no_picture(received: str) -> NoPicture:
    return NoPicture("The request", "holds no picture", received=received, cure=_AS_FORM)
