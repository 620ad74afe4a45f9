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
# What a body says it is, by the first byte of what a target is given.
KINDS = ("multipart/form-data; boundary=b", "image/png", 'multipart/mixed; boundary="b b"', "", "multipart/x")


def pictures(data: bytes) -> None:
    """A file becomes pixels, or is refused."""
    load(data, limits=_LIMITS)
    frame_count(data)


def model_files(data: bytes) -> None:
    """A model file is read, or refused."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(data)
        file.flush()
        modelfile.read(Path(file.name))


def uploaded(data: bytes) -> None:
    """A body is taken apart, and every byte that was reserved is released."""
    quota = Quota(1_000_000, client_percent=100, full="is full")
    try:
        with quota.reservation(("fuzz",)) as memory:
            asyncio.run(_upload(KINDS[data[0] % len(KINDS)] if data else "", data[1:], memory))
    finally:
        assert quota.used == 0, f"{quota.used} bytes stayed reserved"


async def _upload(kind: str, data: bytes, memory: Any) -> None:
    async def stream() -> Any:
        for at in range(0, len(data), 7):
            yield data[at : at + 7]

    request = SimpleNamespace(headers={"content-type": kind}, stream=stream, scope={})
    async for upload in uploads.read(cast(Any, request), uploads.UploadLimits(10_000, 10), memory):
        upload.content.discard()


def inference(data: bytes) -> None:
    """A request to /v2 is read, or refused. Its first byte: a quarter of its JSON's length, or 0."""
    length = str(data[0] * 4) if data and data[0] else None
    tensors.read(data[1:], length, size=4, classes=3, most=5)


def refusing(read: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The same, without the errors that a person is meant to see."""

    def tried(data: bytes) -> None:
        with contextlib.suppress(TenfoldError, RequestError):
            read(data)

    return tried


READS: dict[str, Callable[[bytes], None]] = {
    "pictures": pictures,
    "model_files": model_files,
    "uploads": uploaded,
    "inference": inference,
}
TARGETS = {name: refusing(read) for name, read in READS.items()}
