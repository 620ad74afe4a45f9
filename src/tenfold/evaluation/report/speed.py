"""Section: the file's size, the cost and latency of the network, and the machine it was measured on."""

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.evaluation.report.section import EvaluatedModel, Section

CALLS, SECONDS, LEAST_CALLS = 300, 3.0, 20
_CPU_FACTS = Path("/proc/cpuinfo")


def section(evaluated: EvaluatedModel) -> Section:
    """Bytes, parameters and multiply-adds as the model file states them; latency measured now."""
    classifier, found = evaluated.classifier, evaluated.found
    network = classifier.info.network
    milliseconds = latency(evaluated)
    facts: dict[str, Any] = {
        "bytes": classifier.bytes,
        "parameters": network.get("parameters"),
        "multiply_adds": network.get("multiply_adds"),
        "one_picture": {
            "calls": len(milliseconds),
            "p50_ms": round(float(np.percentile(milliseconds, 50)), 3),
            "p99_ms": round(float(np.percentile(milliseconds, 99)), 3),
        },
        "batch": {
            "pictures": len(evaluated.data),
            "pictures_per_second": round(len(evaluated.data) / max(found.seconds, 1e-9), 1),
        },
        "machine": machine(),
    }
    return Section("speed", "Size and speed", facts={"speed": facts}, shown=facts)


def latency(evaluated: EvaluatedModel) -> list[float]:
    """Milliseconds of each call with one picture of the network's size, after three to warm up."""
    picture = np.ascontiguousarray(evaluated.data.pictures[:1])
    for _ in range(3):
        evaluated.classifier.raw(picture)
    found: list[float] = []
    started = time.perf_counter()
    while len(found) < CALLS and (time.perf_counter() - started < SECONDS or len(found) < LEAST_CALLS):
        one = time.perf_counter()
        evaluated.classifier.raw(picture)
        found.append((time.perf_counter() - one) * 1000)
    return found


def machine() -> dict[str, Any]:
    """Processor, cores, how busy they were in the last minute, system, and versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "onnxruntime": version("onnxruntime"),
    }


def _processor() -> str:
    if _CPU_FACTS.is_file():
        for line in _CPU_FACTS.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
