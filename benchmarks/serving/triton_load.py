"""Triton's own HTTP client against tenfold's `/v2`: a client of peers.py, in a process of its own.

A file's bytes as BYTES of the binary extension, in as many requests at a time as there are clients. Prints
requests a second and milliseconds of a request (median, 99th percentile) as JSON.

    python -m benchmarks.serving.triton_load PORT FILE CLIENTS SECONDS
"""

import json
import statistics
import sys
import time
from pathlib import Path

import gevent
import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

# Before a request is made again that the server had no room for.
_WAIT_SECONDS = 1.0


def main(port: int, path: Path, clients: int, seconds: float) -> None:
    client = InferenceServerClient(f"127.0.0.1:{port}", concurrency=clients, network_timeout=30.0)
    sent = InferInput("image", [1], "BYTES")
    sent.set_data_from_numpy(np.array([path.read_bytes()], dtype=object))
    wanted = [InferRequestedOutput("probabilities", binary_data=True)]
    times = list[float]()
    began = time.perf_counter()

    def ask() -> None:
        while (start := time.perf_counter()) - began < seconds:
            try:
                client.infer("live", [sent], outputs=wanted)
            except InferenceServerException as reason:
                if reason.status() != "503":
                    raise
                gevent.sleep(_WAIT_SECONDS)  # as the server asks: it holds as many bytes as it has room for
                continue
            times.append((time.perf_counter() - start) * 1000)

    gevent.joinall([gevent.spawn(ask) for _ in range(clients)], raise_error=True)
    rate = len(times) / (time.perf_counter() - began)
    ranked = sorted(times)
    slow = ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))]
    print(json.dumps([rate, statistics.median(ranked), slow]))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
