"""Whatever the file, decoding is bounded in time and memory, quiet, and can be stopped."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from tenfold import images
from tenfold.errors import DamagedPicture, PictureError, PictureTooLarge
from tenfold.images import workers
from tenfold.processes import WorkersStopped
from tests.images.pictures import encoded, noise, scene
from tests.paths import SHARED

FORMATS = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC")
ATTACK = SHARED / "cases" / "attack"
MOST_SECONDS, MOST_MEGABYTES = 12.0, 500

# One process for each file, so that time, memory and terminal are the file's own; its decoders' too.
RUNNER = r"""
import json, re, resource, sys
from tenfold import images
from tenfold.errors import PictureError
asked = []
for do in (images.load, lambda path: images.header(open(path, "rb").read())):
    try:
        do(sys.argv[1])
        asked.append("accept")
    except PictureError as error:
        asked.append(str(error))
images.stop()
own, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
# ru_maxrss of this process would be that of the one that started it, where that was larger.
peak = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
seconds = own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime
print(json.dumps([*asked, seconds, max(peak, theirs.ru_maxrss) / 1024]))
"""


def jpeg_of_scans(count: int, between: bytes = b"", side: int = 875, **how: object) -> bytes:
    """A JPEG whose last scan comes again and again, empty."""
    plain = encoded(scene(side, side), "JPEG", **how)
    start = plain.rindex(b"\xff\xda")
    header = plain[start : start + 2 + int.from_bytes(plain[start + 2 : start + 4], "big")]
    return plain[:-2] + (between + header) * count + b"\xff\xd9"


def damaged_fax() -> bytes:
    """A TIFF of one fax strip, some bytes of which were changed."""
    rows = np.where(noise(400, 600, 1)[:, :, 0] > 200, 255, 0).astype(np.uint8)
    data = bytearray(encoded(Image.fromarray(rows).convert("1"), "TIFF", compression="group4"))
    at = len(data) // 2
    data[at : at + 400] = noise(400, 1, 1).tobytes()
    return bytes(data)


def tiff_of_tags(tags: int, size: int) -> bytes:
    """A TIFF each of whose tags names the same bytes as its value."""
    entries = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 8), (279, 4, 1, 64)]
    entries += [(40_000 + number, 1, size, 8) for number in range(tags)]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *one) for one in entries)
    return b"II*\x00" + struct.pack("<I", 8 + size) + bytes(size) + body + bytes(4)


def gif_of_blocks(count: int) -> bytes:
    start = b"GIF89a\x08\x00\x08\x00\x00\x00\x00"
    return start + b"!\xfe\x01a\x00" * count + b"\x3b"


def bmp_of_runs(side: int) -> bytes:
    """A run-length coded BMP, one pixel a run."""
    body = b"\x01\x00" * (side * side) + b"\x00\x01"
    header = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(body), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 1024 + len(body), 0, 0, 54 + 1024) + header + bytes(1024) + body


def png_of_zeros(side: int, more: int) -> bytes:
    """A PNG that unpacks to `more` bytes behind its pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    packing = zlib.compressobj(wbits=-15)
    one = packing.compress(bytes(1_000_000)) + packing.flush(zlib.Z_FULL_FLUSH)
    check = (more % 65521) << 16 | 1  # Adler-32 of zeros
    packed = b"\x78\x9c" + one * (more // 1_000_000) + packing.flush() + check.to_bytes(4, "big")
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    chunks = (struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


MADE: dict[str, Callable[[], bytes]] = {
    "jpeg-300-empty-scans": lambda: jpeg_of_scans(300),
    "jpeg-3000-empty-scans-progressive": lambda: jpeg_of_scans(3000, progressive=True),
    "jpeg-scans-behind-a-lengthless-marker": lambda: jpeg_of_scans(300, b"\xff\x01\xff\xd0"),
    "jpeg-48-scans-of-40-megapixels": lambda: jpeg_of_scans(38, side=6400, progressive=True),
    "tiff-damaged-strips": damaged_fax,
    "tiff-of-endless-tags": lambda: tiff_of_tags(20_000, 2_000_000),
    "gif-of-endless-blocks": lambda: gif_of_blocks(4_900_000),
    "bmp-of-endless-runs": lambda: bmp_of_runs(3_400),
    "png-of-zeros": lambda: png_of_zeros(100, 2_000_000_000),
}  # fmt: skip


def outcome(path: Path) -> tuple[str, float, float, str]:
    """What is said, processor seconds, megabytes, and what was written to the terminal."""
    ran = subprocess.run(
        [sys.executable, "-c", RUNNER, str(path)], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    said, _, seconds, megabytes = json.loads(ran.stdout)
    return said, seconds, megabytes, ran.stderr


def is_bounded(path: Path) -> str:
    said, seconds, megabytes, terminal = outcome(path)
    assert seconds < MOST_SECONDS, said
    assert megabytes < MOST_MEGABYTES, said
    assert terminal == ""
    return said


@pytest.mark.skipif(not ATTACK.is_dir(), reason="the attack files are not here: ../shared/cases/attack")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("jpeg-300-empty-scans.jpg", "is a damaged JPEG picture (it has more than 50 scans)"),
        (
            "jpeg-scans-behind-a-lengthless-marker.jpg",
            "is a damaged JPEG picture (it has more than 50 scans)",
        ),
        ("avif-289-megapixels.avif", "is a damaged AVIF picture"),
        ("avif-256-megapixels-said-64x64.avif", "AVIF picture"),
        ("tiff-damaged-strips.tif", "is a damaged TIFF picture (its pixels do not decode)"),
        ("tiff-library-writes-to-the-terminal.tif", "is a damaged TIFF picture (its pixels do not decode)"),
    ],
)
def test_an_attack_is_refused_in_bounded_time_and_memory(name: str, words: str) -> None:
    assert words in is_bounded(ATTACK / name)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("name", MADE)
def test_files_of_the_same_kind_are_bounded_too(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    make = MADE[name]
    path.write_bytes(make())
    said = is_bounded(path)
    if name not in ("png-of-zeros", "tiff-of-endless-tags"):  # no more than their pixels is unpacked
        assert said != "accept"


def test_an_honest_progressive_jpeg_is_read_wherever_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(scene(400, 300), "JPEG", progressive=True)
    here = images.read(data)
    monkeypatch.setattr("tenfold.images.decoding._MOST_HERE", 1000)
    assert np.array_equal(images.read(data), here)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_but_a_picture_error_comes_out_of_changed_bytes(kind: str) -> None:
    plain = encoded(scene(24, 20), kind)
    random = np.random.default_rng(7)
    for _ in range(250):
        data = bytearray(plain)
        for at in random.integers(0, len(data), random.integers(1, 6)):
            data[at] = random.integers(0, 256)
        if random.random() < 0.3:
            del data[random.integers(1, len(data)) :]
        for do in (images.load, images.header, images.upright_size):
            with suppress(PictureError):
                do(bytes(data))


@pytest.mark.parametrize("error", [struct.error("no"), zlib.error("no"), KeyError("no"), UnicodeError("no")])
def test_whatever_a_decoder_trips_over_is_damage(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def trips(self: object) -> None:
        raise error

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", trips)
    with pytest.raises(DamagedPicture):
        images.load(encoded(scene(), "PNG"))
    image = Image.open(BytesIO(encoded(scene(), "PNG")))
    with pytest.raises(DamagedPicture):
        images.load(image)


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ({}, b""),
        ({"rows": 2, "columns": 2, "width": 2, "height": 2}, bytes(11)),
        ({"rows": 2, "columns": 2, "width": 10**9, "height": 2}, bytes(12)),
        ({"rows": -2, "columns": -2, "width": 2, "height": 2}, bytes(12)),
        ({"rows": "2", "columns": 2, "width": 2, "height": 2}, bytes(12)),
        ({"refused": {"code": "settings-error"}}, b""),
        ({"refused": ["code"]}, b""),
        ({"refused": {"code": ["code"]}}, b""),
        (
            {
                "refused": {
                    "code": "damaged-picture",
                    "problem": "is a damaged GIF picture",
                    "reason": ["x"],
                    "params": ["most"],
                }
            },
            b"",
        ),
    ],
)
def test_what_a_decoder_says_is_checked(
    said: dict[str, object], body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lying:
        def ask(self, *given: object, **more: object) -> tuple[dict[str, object], bytearray]:
            return said, bytearray(body)

    monkeypatch.setattr(workers, "_started", Lying)
    with pytest.raises(DamagedPicture, match="cat is a damaged GIF picture"):
        images.load(encoded(scene(), "GIF"), name="cat")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_decoder_that_is_killed_costs_one_picture_and_is_replaced() -> None:
    data, long = encoded(scene(), "GIF"), bmp_of_runs(1500)
    assert images.load(data).width == 64
    stopped = threading.Event()

    def kill() -> None:
        stopped.wait(0.3)  # one that is killed before it has the picture costs nothing
        while not stopped.is_set():
            for found in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
                for child in found.read_text().split():
                    if b"tenfold.images.workers" in Path(f"/proc/{child}/cmdline").read_bytes():
                        os.kill(int(child), signal.SIGKILL)
            time.sleep(0.02)

    killer = threading.Thread(daemon=True, target=kill)
    killer.start()
    try:
        with pytest.raises(PictureTooLarge, match=r"signal 9; memory may have run out"):
            images.load(long)
    finally:
        stopped.set()
        killer.join()
    assert images.load(data).width == 64


@pytest.mark.long
@pytest.mark.slow
def test_a_server_that_decodes_hostile_files_stops_within_its_grace(tmp_path: Path) -> None:
    data = bmp_of_runs(3000)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tenfold", "serve", "--port", str(port), "--no-open"]
    environment = {**os.environ, "TENFOLD_HOME": str(tmp_path)}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as server,
        ThreadPoolExecutor(8) as threads,
    ):
        try:
            assert server.stdout is not None
            assert server.stdout.readline()

            def classify() -> None:
                with suppress(httpx.HTTPError):
                    httpx.post(
                        f"http://127.0.0.1:{port}/api/v1/classify", content=data, timeout=60, trust_env=False
                    )

            for _ in range(8):
                threads.submit(classify)
            time.sleep(3)
            began = time.monotonic()
            server.send_signal(signal.SIGTERM)
            server.wait(60)
            assert time.monotonic() - began < 13  # the grace of 10 s, and a little
        finally:
            server.kill()


@pytest.mark.slow
def test_stopping_does_not_wait_for_a_decoder() -> None:
    data = bmp_of_runs(3000)
    with ThreadPoolExecutor(6) as threads:
        waiting = [threads.submit(images.load, data) for _ in range(6)]
        time.sleep(1)
        began = time.monotonic()
        images.stop()
        for one in waiting:
            with pytest.raises(WorkersStopped):
                one.result()
        assert time.monotonic() - began < 10  # decoding them takes half a minute
