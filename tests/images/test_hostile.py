"""The hostile samples: each is accepted or refused as its list says, in bounded time and memory.

The samples are no part of the repository: they lie beside it in `../shared/samples`, or where TENFOLD_SAMPLES
says. The tests beside this one make small pictures of the same kinds, for where the samples are not.
"""

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tenfold.images import read
from tests.paths import SHARED

# At import: a test's own environment has no TENFOLD_ variables.
SAMPLES = Path(os.environ.get("TENFOLD_SAMPLES") or SHARED / "samples")
HOSTILE = SAMPLES / "hostile"
MOST_SECONDS, MOST_MEGABYTES = 2.0, 500

pytestmark = [
    pytest.mark.skipif(
        not (HOSTILE / "EXPECTED.csv").is_file(),
        reason="the hostile samples are not here: set TENFOLD_SAMPLES to their folder",
    ),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system with fork"),
]

# Imports first, then one child for each file, so that time and memory are the file's own. Processor time, not
# the clock's: on a busy machine the clock says how busy it is. A child that hangs is ended by its alarm.
RUNNER = """
import json, os, resource, signal, sys
from tenfold import images
from tenfold.errors import PictureError
import PIL.Image, PIL.ImageFile

for path in sys.argv[1:]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            pixels = images.read(path)
            said = ["accept", str(pixels.shape)]
        except PictureError as error:
            said = ["reject", str(error)]
        except BaseException as error:
            said = ["crash", repr(error)]
        os.write(writer, json.dumps(said).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status, used = os.wait4(child, 0)
    verdict, words = json.loads(said) if said else ("crash", f"exit status {status}")
    print(json.dumps([path, verdict, words, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Outcome:
    verdict: str
    words: str
    seconds: float
    megabytes: float


def expected() -> dict[str, str]:
    """What should happen to each file; one that the list does not name may do anything but crash."""
    if not (HOSTILE / "EXPECTED.csv").is_file():
        return {"no samples": "either"}
    with (HOSTILE / "EXPECTED.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["file"]: row["expected"] for row in csv.DictReader(file)}
    return {path.name: listed.get(path.name, "either") for path in sorted(HOSTILE.iterdir())}


EXPECTED = expected()


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    paths = [str(HOSTILE / name) for name in EXPECTED]
    ran = subprocess.run([sys.executable, "-c", RUNNER, *paths], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    return {Path(path).name: Outcome(*outcome) for path, *outcome in rows}


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPECTED)
def test_a_hostile_file_does_what_is_expected_and_no_more(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome, wanted = outcomes[name], EXPECTED[name]
    assert outcome.verdict != "crash", outcome.words
    if wanted in ("accept", "reject"):
        assert outcome.verdict == wanted, outcome.words
    assert outcome.seconds <= MOST_SECONDS
    assert outcome.megabytes <= MOST_MEGABYTES


@pytest.mark.slow
def test_every_refusal_names_the_file_and_gives_a_cure(outcomes: dict[str, Outcome]) -> None:
    for name, outcome in outcomes.items():
        if outcome.verdict == "reject":
            first, _, cure = outcome.words.partition("). ")
            assert first.startswith(str(HOSTILE)[:20]), outcome.words
            assert name[-8:] in first, outcome.words
            assert cure.endswith("."), outcome.words


@pytest.mark.parametrize("name", ["trunc_90.jpg", "trunc_99.jpg", "trunc_minus2.jpg"])
def test_half_a_picture_is_never_shown(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[f"made__{name}"]
    assert outcome.verdict == "reject"
    assert "is a damaged JPEG picture (it ends too early)" in outcome.words


@pytest.mark.parametrize(
    "name",
    [
        "base.webp",
        "exif2.jpg",
        "exif3.jpg",
        "exif8.jpg",
        "exif_bad99.jpg",
        "16bit_gray.png",
        "l.png",
        "la.png",
    ],
)
def test_one_photo_stored_in_many_ways_stays_one_photo(name: str) -> None:
    wanted = read(HOSTILE / "made__ok_base.jfif", needed=10**6).astype(float)
    given = read(HOSTILE / f"made__ok_{name}", needed=10**6).astype(float)
    assert given.shape == wanted.shape
    if name in ("16bit_gray.png", "l.png", "la.png"):
        wanted, given = wanted @ [0.299, 0.587, 0.114], given[:, :, 0]
    if name == "la.png":  # see-through at its border
        wanted, given = wanted[200:300, 250:400], given[200:300, 250:400]
    assert np.abs(given - wanted).mean() < 6
