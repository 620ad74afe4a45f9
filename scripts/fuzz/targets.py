"""The targets of fuzzing: each takes any bytes, and may raise nothing but errors of tenfold's own."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tenfold import modelfile
from tenfold.errors import TenfoldError
from tenfold.images import Limits, frame_count, load
from tenfold.web.api.v2 import tensors
from tenfold.web.request_errors import RequestError
from tenfold.web.security.quotas import Quota
from tenfold.web.uploads import pictures as uploads

_LIMITS = Limits(pixels=1_000_000, bytes=1_000_000)
_BOUNDARY = "b"


def pictures(data: bytes) -> None:
    """A file becomes pixels, or is refused."""
    try:
        load(data, limits=_LIMITS)
        frame_count(data)
    except TenfoldError:
        pass


def model_files(data: bytes) -> None:
    """A model file is read, or refused."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(TenfoldError):
            modelfile.read(Path(file.name))


def uploaded(data: bytes) -> None:
    """A form is taken apart, and every byte that was reserved is released."""
    quota = Quota(1_000_000, client_percent=100, full="is full")
    with quota.reservation(("fuzz",)) as memory, contextlib.suppress(TenfoldError):
        asyncio.run(_upload(data, memory))
    assert quota.used == 0, f"{quota.used} bytes stayed reserved"


async def _upload(data: bytes, memory: Any) -> None:
    async def stream() -> Any:
        for at in range(0, len(data), 7):
            yield data[at : at + 7]

    headers = {"content-type": f"multipart/form-data; boundary={_BOUNDARY}"}
    request = SimpleNamespace(headers=headers, stream=stream, scope={})
    async for upload in uploads.read(cast(Any, request), uploads.UploadLimits(10_000, 10), memory):
        upload.content.discard()


def inference(data: bytes) -> None:
    """A request to /v2 is read, or refused."""
    length = str(data[0] * 4) if data and data[0] % 2 else None
    with contextlib.suppress(RequestError):
        tensors.read(data[1:], length, size=4, classes=3, most=5)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "pictures": pictures,
    "model_files": model_files,
    "uploads": uploaded,
    "inference": inference,
}
