"""How fast the HTTP API answers: one picture at a time, and under 1, 8 and 64 clients at once.

The server is `tenfold serve` in a process of its own; the clients are bare sockets that are kept open, in
this process and on the same machine. Two pictures: a photograph (640 x 480 JPEG, as many views as the model
takes) and one of the network's own size (PNG, one view), which shows what HTTP itself costs. Beside
each rate stands ONNX Runtime's own on a ready batch of random pixels.

The rows "HTTP API, ..." of the figures, in about four minutes; with --quick in half a minute.

    python -m benchmarks.serving.http_load
"""

import argparse
import asyncio
import io
import os
import re
import time

import numpy as np
import onnxruntime
from PIL import Image

from benchmarks.record import ROOT, spread, write
from benchmarks.served import serving
from benchmarks.serving.latency import picture
from tenfold import modelfile
from tenfold.inference import Classifier

CLIENTS = (1, 8, 64)
BATCH = 48  # network inputs in ONNX Runtime's own run, the most that tenfold gives it at a time


async def ask(port: int, content: bytes, count: int, times: list[float]) -> None:
    """One client: a connection, and `count` requests one after the other; the milliseconds of each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        "POST /api/v1/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    request = head.encode() + content
    for _ in range(count):
        start = time.perf_counter()
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(answer.decode())
        length = re.search(rb"content-length: (\d+)", answer, re.I)
        assert length is not None
        await reader.readexactly(int(length[1]))
        times.append((time.perf_counter() - start) * 1000)
    writer.close()
    await writer.wait_closed()


async def load(port: int, content: bytes, clients: int, pictures: int) -> tuple[float, list[float]]:
    """Pictures a second with so many clients, and the milliseconds of each request."""
    times: list[float] = []
    start = time.perf_counter()
    await asyncio.gather(*(ask(port, content, max(1, pictures // clients), times) for _ in range(clients)))
    return len(times) / (time.perf_counter() - start), times


def own_rate(classifier: Classifier, seconds: float) -> float:
    """Network inputs a second that ONNX Runtime answers, alone."""
    content, info = modelfile.read(classifier.path)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    shape = (BATCH, info.input_size, info.input_size, 3)
    batch = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    for _ in range(3):
        session.run(None, {"image": batch})
    runs, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        session.run(None, {"image": batch})
        runs += 1
    return runs * BATCH / (time.perf_counter() - start)


def small_picture(size: int) -> bytes:
    """A PNG of the network's own size."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture())).resize((size, size)).save(buffer, "PNG")
    return buffer.getvalue()


def measure(
    name: str, content: bytes, classifier: Classifier, rounds: int, pictures: int
) -> list[dict[str, str]]:
    """The rows for one picture. Server and ONNX Runtime take turns, so that both meet the same machine."""
    views = len(classifier.prepare(content).pixels)
    rates: dict[int, list[float]] = {clients: [] for clients in CLIENTS}
    waits: dict[int, list[float]] = {clients: [] for clients in CLIENTS}
    alone: list[float] = []
    with serving() as server:
        asyncio.run(load(server.port, content, 4, 40))  # warm
        for _ in range(rounds):
            alone.append(own_rate(classifier, 2.0) / views)
            for clients in CLIENTS:
                rate, times = asyncio.run(load(server.port, content, clients, pictures))
                rates[clients].append(rate)
                waits[clients] += times
    beside = f"ONNX Runtime alone, {views} views a picture: {spread(alone, 'pictures/s', 0)}"
    return [
        {
            "what": f"HTTP API, {name}, {clients} client{'s' if clients > 1 else ''}",
            "value": f"{spread(rates[clients], 'pictures/s', 0)}; each answered in "
            f"{np.median(waits[clients]):.1f} ms, 99% within {np.percentile(waits[clients], 99):.1f} ms",
            "n": f"{rounds} times {len(waits[clients]) // rounds} pictures",
            "peer": beside,
        }
        for clients in CLIENTS
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--pictures", type=int, default=640)
    options.add_argument("--quick", action="store_true", help="1 round of 64 pictures; nothing is kept")
    chosen = options.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.pictures = 1, 64
    classifier = Classifier("cifar10")
    jpeg, small = picture(), small_picture(classifier.info.input_size)
    photo = f"a photograph of {len(jpeg) / 1000:.0f} kB"
    rows = measure(photo, jpeg, classifier, chosen.rounds, chosen.pictures)
    rows += measure("a picture of the network's size", small, classifier, chosen.rounds, chosen.pictures)
    write(__file__, rows, keep=not chosen.quick)


if __name__ == "__main__":
    os.environ.setdefault("TENFOLD_CONFIG", str(ROOT / "benchmarks/no-settings.toml"))
    main()
