"""Decoding in child processes, where it can be limited and killed. Knows nothing of formats.

A decoder may loop, take all memory, crash, or be taken over by the bytes it reads. So what comes back is
taken as plain data and checked against what was asked.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from tenfold.errors import DamagedPicture, NotAPicture, PictureError, PictureTooLarge
from tenfold.images import containers
from tenfold.images.decoding import Header, Limits, Opened, Picture, check_pixels, decoding
from tenfold.images.sources import safe_name
from tenfold.processes import ProcessLimits, WorkerFailed, Workers, limit
from tenfold.reasons import Reason

# For the header alone, and for each million pixels once their number is known; an honest picture takes less
# than a fifth of either.
_CPU_SECONDS, _CPU_SECONDS_PER_MEGAPIXEL = 5, 0.5
# Address space: for the header and small pictures, for each byte of the file, for each pixel.
_MEMORY, _MEMORY_PER_BYTE, _MEMORY_PER_PIXEL = 128 << 20, 8, 32
# Wall-clock time, which on a busy machine passes faster than processor time.
_SECONDS_PER_CPU_SECOND = 4
# Memory and processors are bounded by one thread and one heap in each child.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_REFUSALS = {error.code: error for error in (NotAPicture, DamagedPicture, PictureTooLarge)}
_REASONS: tuple[Reason, ...] = ("decode-cost", "too-many-pixels")
_TOLD = ("code", "problem", "received", "cure", "reason", "params")

_lock = threading.Lock()
_workers: Workers | None = None


def load(kind: str, data: bytes, subject: str, limits: Limits, needed: int) -> Picture:
    """As `tenfold.images.load`.

    Raises:
        PictureError: also where it takes more time or memory than a picture of its size may.
        WorkersStopped: `stop` was called meanwhile.
    """
    asked = {"do": "load", "pixels": limits.pixels, "bytes": limits.bytes, "needed": needed}
    said, body = _ask(asked, kind, data, subject, limits.pixels, 3 * limits.pixels)
    rows, columns, width, height = _sizes(said, "rows", "columns", "width", "height")
    if rows * columns * 3 != len(body) or not 0 < width * height <= limits.most_pixels(kind):
        raise _damaged(subject, kind)
    return Picture(np.frombuffer(body, dtype=np.uint8).reshape(rows, columns, 3), width, height)


def header(kind: str, data: bytes, subject: str) -> Header:
    """As `tenfold.images.header`, but for the limits; raises what `load` does."""
    said, exif = _ask({"do": "header"}, kind, data, subject, 0, len(data))
    width, height = _sizes(said, "width", "height")
    # EXIF is made like a TIFF: the tags stand in its directories
    return Header(kind, width, height, data if kind == "TIFF" else bytes(exif))


def stop() -> None:
    """Kill all decoders without waiting for them; a later picture starts new ones."""
    if _workers is not None:
        _workers.stop()


def _ask(
    asked: dict[str, Any], kind: str, data: bytes, subject: str, pixels: int, most: int
) -> tuple[dict[str, Any], bytearray]:
    seconds = _SECONDS_PER_CPU_SECOND * _cpu_seconds(pixels)
    given = ProcessLimits(seconds=seconds, cpu_seconds=_cpu_seconds(0), memory=_memory(data, 0))
    try:
        said, body = _started().ask({"kind": kind, **asked}, data, limits=given, most=most)
    except WorkerFailed as error:
        if not error.over:
            raise _damaged(subject, kind) from error
        raise PictureTooLarge(
            subject,
            "needs too much time or memory to decode",
            received=str(error),
            cure="Save it again as an ordinary JPEG.",
            reason="decode-cost",
        ) from error
    refusal = said.get("refused")
    if refusal is None:
        return said, body
    if not isinstance(refusal, dict) or str(refusal.get("code")) not in _REFUSALS:
        raise _damaged(subject, kind)
    problem, received, cure = (
        safe_name(str(refusal.get(name)), "") for name in ("problem", "received", "cure")
    )
    reason: Reason = next((one for one in _REASONS if one == refusal.get("reason")), "")
    values = refusal.get("params")
    params = {"most": safe_name(str(values["most"]))} if isinstance(values, dict) and "most" in values else {}
    refused = _REFUSALS[refusal["code"]]
    raise refused(subject, problem, received=received, cure=cure, reason=reason, params=params)


def _started() -> Workers:
    global _workers
    with _lock:
        if _workers is None:
            most = max(2, os.cpu_count() or 1)
            _workers = Workers(f"{__name__}:answer", most=most, environment=_ENVIRONMENT)
        return _workers


def _sizes(said: dict[str, Any], *names: str) -> list[int]:
    return [value if isinstance(value := said.get(name), int) and value > 0 else 0 for name in names]


def _cpu_seconds(pixels: int) -> int:
    return _CPU_SECONDS + round(_CPU_SECONDS_PER_MEGAPIXEL * pixels / 1e6)


def _memory(data: bytes | bytearray, pixels: int) -> int:
    return _MEMORY + _MEMORY_PER_BYTE * len(data) + _MEMORY_PER_PIXEL * pixels


def _damaged(subject: str, kind: str) -> DamagedPicture:
    return DamagedPicture(
        subject,
        f"is a damaged {kind} picture",
        received="its pixels do not decode",
        cure="Fetch or save it again from where it came.",
    )


# What follows runs in the child.


def answer(asked: dict[str, Any], data: bytearray) -> tuple[dict[str, Any], bytes | memoryview]:
    """Do what `load` or `header` asks."""
    _one_thread(asked["kind"])
    try:
        with _complaints() as complained:
            if asked["kind"] == "WebP":  # opening one takes memory for all of it
                with decoding("", "WebP"):
                    size, _ = containers.webp_header(data)
                check_pixels(size, "", Limits(pixels=asked["pixels"]).most_pixels("WebP"))
                limit(ProcessLimits(cpu_seconds=_cpu_seconds(0), memory=_memory(data, size[0] * size[1])))
            opened = Opened(asked["kind"], bytes(data), "")
            if asked["do"] == "header":
                width, height = opened.upright_size
                return {"width": width, "height": height}, opened.exif[: len(data)]
            limits = Limits(pixels=asked["pixels"], bytes=asked["bytes"])
            opened.check(limits)
            # A larger picture has no more than one of just the limit
            pixels = min(opened.pixels, limits.pixels)
            limit(ProcessLimits(cpu_seconds=_cpu_seconds(pixels), memory=_memory(data, pixels)))
            picture = opened.decode(asked["needed"], limits)
            # libtiff tells of damage on standard error only, and gives what it has
            if asked["kind"] == "TIFF" and complained():
                raise _damaged("", asked["kind"])
    except PictureError as error:
        facts = error.facts()
        return {"refused": {name: facts[name] for name in _TOLD}}, b""
    rows, columns = picture.pixels.shape[:2]
    said = {"rows": rows, "columns": columns, "width": picture.width, "height": picture.height}
    return said, np.ascontiguousarray(picture.pixels).data.cast("B")


@contextmanager
def _complaints() -> Iterator[Any]:
    """Whether anything was written to standard error since; no more than a pipe holds is kept of it."""
    reader, writer = os.pipe()
    before = os.dup(2)
    for end in (reader, writer):
        os.set_blocking(end, False)
    os.dup2(writer, 2)

    def complained() -> bool:
        with suppress(BlockingIOError):
            return bool(os.read(reader, 1))
        return False

    try:
        yield complained
    finally:
        os.dup2(before, 2)
        for end in (reader, writer, before):
            os.close(end)


def _one_thread(kind: str) -> None:
    if kind == "AVIF":
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    elif kind == "HEIC":
        from pillow_heif import options

        options.DECODE_THREADS = 1
