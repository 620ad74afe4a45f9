"""Each format at work: converted, described, loaded afresh, and as right as the original."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tenfold import modelfile
from tenfold.export.formats import FORMATS, missing
from tenfold.inference import Classifier
from tests import tiny

pytestmark = pytest.mark.slow
FLOATS = [name for name, one in FORMATS.items() if not one.integer]


@pytest.fixture(params=FLOATS)
def name(request: pytest.FixtureRequest) -> str:
    found = str(request.param)
    if absent := missing(FORMATS[found]):
        pytest.skip(str(absent))
    return found


def test_a_converted_file_answers_as_the_original(name: str, pictures: Path, tmp_path: Path) -> None:
    made, target = FORMATS[name], tmp_path / f"tiny{FORMATS[name].suffix}"
    _, info = modelfile.read(tiny.MODEL)
    made.convert(tiny.MODEL, target, [])
    # A name that XML has to escape.
    made.describe(target, replace(info, name='a "name" <é> & more', threshold=0.25))

    original = Classifier(tiny.MODEL, threads=1)
    with made.load(target) as loaded:
        assert (loaded.info.name, loaded.info.threshold) == ('a "name" <é> & more', 0.25)
        assert loaded.info.labels == info.labels
        for file in sorted(pictures.rglob("*.png"))[:10]:
            ours, theirs = original.classify(file), loaded.classify(file)
            assert list(theirs.probabilities.values()) == pytest.approx(
                list(ours.probabilities.values()), abs=1e-4
            )
            assert theirs.novelty == pytest.approx(ours.novelty, abs=1e-4)
            assert ours.evidence is not None
            assert theirs.evidence is not None
            assert np.abs(theirs.evidence - ours.evidence).max() < 1e-3
