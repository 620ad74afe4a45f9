"""tenfold export and tenfold receipt check, on a small model and a CIFAR-10 of a few pictures."""

import json
from pathlib import Path

import pytest

from tenfold import modelfile
from tenfold.cli.models.export import FORMATS
from tenfold.export import formats
from tests import tiny
from tests.cli.conftest import Command

pytestmark = pytest.mark.slow


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data")


def test_every_format_can_be_named() -> None:
    assert tuple(formats.FORMATS) == FORMATS


def test_a_model_is_exported_and_its_receipt_checked(
    tenfold: Command, data_dir: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "small.onnx"
    outcome = tenfold(
        "export", tiny.MODEL, "--to", "onnx-int8", "--least", "0", "-o", target, "--data-dir", data_dir
    )

    assert outcome.status == 0, outcome.err
    assert "The same first answer: " in outcome.out
    assert f"{target}, with its receipt beside it" in outcome.out

    receipt = target.with_name("small.onnx.receipt.json")
    outcome = tenfold("receipt", "check", target, "--compare-with", receipt, "--data-dir", data_dir)

    assert outcome.status == 0, outcome.err
    assert "small.onnx is the file of its receipt" in outcome.out
    assert outcome.out.count("the same answers") == 2

    facts = json.loads(receipt.read_text())
    facts["answers"][0][1] = (facts["answers"][0][1] + 1) % 10
    receipt.write_text(json.dumps(facts))
    outcome = tenfold("receipt", "check", receipt, "--data-dir", data_dir)

    assert outcome.status == 1
    assert "1 of 20 other answers" in outcome.out


def test_own_classes_need_own_pictures(tenfold: Command, tmp_path: Path) -> None:
    info = modelfile.read(tiny.MODEL)[1]
    renamed = tuple(modelfile.ClassName(f"part {n}") for n in range(len(info.classes)))
    model = tiny.variant(tmp_path / "own.onnx", classes=renamed)

    outcome = tenfold("export", model, "--to", "onnx-int8")

    assert outcome.status == 2
    assert "Name a folder of class-name/picture files of its classes with --data." in outcome.err
