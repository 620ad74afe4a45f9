"""tenfold evaluate --learning-curve, with a small model file and little data."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from tests import tiny
from tests.cli.conftest import Command

pytestmark = pytest.mark.train


@pytest.mark.slow
def test_the_verdict_is_printed_and_what_was_trained_is_not_trained_again(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data")
    asked = [
        "evaluate",
        tiny.MODEL,
        "--data-dir",
        data,
        "--learning-curve",
        "--curve-epochs",
        1,
        "--no-report",
    ]
    first = tenfold(*asked)
    assert first.status == 0
    assert "Training on 20 pictures, 1 epoch\n" in first.err
    assert "Training on 80 pictures, 1 epoch\n" in first.err
    assert "more pictures would help: from 40 to 80 the accuracy" in first.out.replace("More", "more")
    assert "1/1" in first.out

    again = tenfold(*asked, "--json")
    facts = json.loads(again.out)
    assert [point["pictures"] for point in facts["learning_curve"]["points"]] == [20, 40, 80]
    assert "1/1" not in again.out


def test_data_that_no_part_can_be_taken_of_is_told(tenfold: Command, tmp_path: Path) -> None:
    data = tiny.folder(tiny.shades(30), tmp_path / "few")
    outcome = tenfold("evaluate", tiny.MODEL, "--data", data, "--learning-curve", "--no-report")
    assert outcome.status == 1
    assert (
        "tenfold: A learning curve needs at least 4 training pictures of every class (the rarest has"
        in outcome.err
    )
