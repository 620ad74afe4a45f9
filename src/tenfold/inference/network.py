"""A network in ONNX Runtime, on the cores that no other run of it uses. Knows nothing of pictures.

The runtime's own threads serve one caller well and several badly: each waits, spinning, for all the others.
So it gets one thread for each caller, and a run that has cores to spare is cut into parts that run at the
same time.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as state

from tenfold.errors import ModelFileError

# Inputs in a part: enough to fill the processor, little enough to stay in its cache. The memory of a run
# grows with its pixels, and ONNX Runtime keeps it: with sixteen pictures of 192 x 192 in a part, a server
# took 310 MB more, and each picture a fifth more time than with two.
INPUTS_PER_RUN = 48
PIXELS_PER_RUN = 2 * 192 * 192
# All that ONNX Runtime raises of itself.
REFUSALS = (
    state.EPFail,
    state.Fail,
    state.InvalidArgument,
    state.InvalidGraph,
    state.InvalidProtobuf,
    state.NoSuchFile,
    state.NotImplemented,
    state.RuntimeException,
)


class Network:
    """One network, for several callers at a time. Raises ModelFileError: ONNX Runtime cannot run it.

    Args:
        path: what messages call it.
        threads: the most parts that run at the same time.
    """

    def __init__(self, content: bytes, path: str | os.PathLike[str], threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except REFUSALS as reason:
            raise ModelFileError(
                f"The model file {os.fspath(path)}",
                "cannot be run by ONNX Runtime",
                received=str(reason).partition("\n")[0],
                cure="Export it again, or update onnxruntime.",
                reason="model-unusable",
            ) from reason
        self._threads = threads
        self._beside = ThreadPoolExecutor(max(1, threads - 1), "tenfold-network")
        self._lock = threading.Lock()
        self._running = 0

    def run(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        """The outputs for uint8 `[N, S, S, 3]`, N of at least 1."""
        with self._lock:
            self._running += 1
            free = max(1, self._threads - self._running + 1)
        try:
            most = max(1, min(INPUTS_PER_RUN, PIXELS_PER_RUN // (inputs.shape[1] * inputs.shape[2])))
            least = -(-len(inputs) // most)
            parts = np.array_split(inputs, max(1, least, min(free, len(inputs))))
            if len(parts) == 1:
                return tuple(self._session.run(None, {"image": inputs}))
            return tuple(np.concatenate(outputs) for outputs in zip(*self._shared(parts, free), strict=True))
        finally:
            with self._lock:
                self._running -= 1

    def _shared(self, parts: Sequence[NDArray[np.uint8]], free: int) -> list[list[NDArray[np.float32]]]:
        """The outputs for each part; this thread and others take the parts one by one."""
        found: list[list[NDArray[np.float32]]] = [[] for _ in parts]
        remaining = iter(enumerate(parts))

        def work() -> None:
            for place, part in remaining:
                found[place] = self._session.run(None, {"image": part})

        others = [self._beside.submit(work) for _ in range(min(free, len(parts)) - 1)]
        work()
        for other in others:
            if not other.cancel():  # one that has not begun has nothing left to do
                other.result()
        return found
