"""Which number format trains fastest here, and how memory is kept. Measures; assumes nothing of the machine.

Half precision is many times faster on a GPU and on processors with matrix units (AMX), and many times
slower on processors that only emulate it, so it is timed rather than looked up.
"""

import ctypes
import sys
import time

import torch
from torch.nn import functional

from tenfold.errors import TrainingError


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" is a GPU where there is one. Raises TrainingError."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as reason:
        raise TrainingError(
            f"The device {name!r}",
            "cannot be used here",
            received=str(reason).splitlines()[0],
            cure="Use --device cpu, or leave it out.",
        ) from reason
    return device


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """The format to compute in. Weights and sums stay float32 whatever it is."""
    if name != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16}[name]
    times = {dtype: _time_convolution(dtype, device) for dtype in (torch.float32, torch.bfloat16)}
    # Half precision has to be clearly faster to be worth its rounding.
    return torch.bfloat16 if times[torch.bfloat16] < 0.7 * times[torch.float32] else torch.float32


def _time_convolution(dtype: torch.dtype, device: torch.device) -> float:
    x = torch.randn(64, 64, 16, 16, device=device).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.randn(128, 64, 3, 3, device=device, requires_grad=True)
    best = float("inf")
    for _ in range(4):
        start = time.perf_counter()
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            loss = functional.conv2d(x, weight, padding=1).float().sum()
        torch.autograd.grad(loss, (x, weight))
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return best


def keep_freed_memory() -> None:
    """Make the C library reuse large blocks instead of returning each to the system.

    Every layer frees and allocates hundreds of megabytes, and the kernel zeroes new pages each time: a
    quarter of the training time, as measured. Does nothing where the C library is not glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallopt"):
        return
    trim_threshold, mmap_max = -1, -4
    libc.mallopt(mmap_max, 0)
    libc.mallopt(trim_threshold, 2**31 - 1)
