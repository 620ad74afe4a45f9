"""Inputs that were once found to break something, and what each target of fuzzing begins with."""

from pathlib import Path

import pytest

from scripts.fuzz.seeds import SEEDS
from scripts.fuzz.targets import READS, TARGETS
from tests.paths import ROOT

FOUND = ROOT / "tests" / "fuzz"


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_target_begins_with_what_it_takes(name: str) -> None:
    """So that what is made from it gets past the first checks."""
    for seed in SEEDS[name]:
        READS[name](seed)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_target_takes_what_fits_and_what_does_not(name: str) -> None:
    for seed in SEEDS[name]:
        for data in (seed, b"", seed[: len(seed) // 2], seed * 2, bytes(range(256)), b"\xff" * 1000):
            TARGETS[name](data)


@pytest.mark.parametrize(
    "path", sorted(FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_what_once_broke_something_does_no_longer(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())
