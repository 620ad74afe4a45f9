"""Inputs that were once found to break something, and a seed for each target of fuzzing."""

from pathlib import Path

import pytest

from scripts.fuzz.targets import TARGETS
from tests.fakes import RED, picture
from tests.paths import ROOT

FOUND = ROOT / "tests" / "fuzz"
SEEDS = {
    "pictures": picture(RED, size=(8, 8)),
    "model_files": b"\x08\x0a\x12\x07tenfold",
    "uploads": b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nxyz\r\n--b--\r\n',
    "inference": b'\x00{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["AAAA"]}]}',
}


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_target_takes_what_fits_and_what_does_not(name: str) -> None:
    seed = SEEDS[name]
    for data in (seed, b"", seed[: len(seed) // 2], seed * 2, bytes(range(256)), b"\xff" * 1000):
        TARGETS[name](data)


@pytest.mark.parametrize(
    "path", sorted(FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_what_once_broke_something_does_no_longer(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())
