"""tenfold export and tenfold receipt check, on a small model and a CIFAR-10 of a few pictures."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tenfold import modelfile
from tenfold.cli.models.export import FORMATS
from tenfold.export import formats
from tests import tiny
from tests.cli.conftest import Command
from tests.environment.disks import small_disk

pytestmark = pytest.mark.slow


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data")


@pytest.mark.quick
def test_every_format_can_be_named() -> None:
    assert tuple(formats.FORMATS) == FORMATS


@pytest.mark.long
def test_a_model_is_exported_and_its_receipt_checked(
    tenfold: Command, data_dir: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "small.onnx"
    named = target.with_suffix("")  # the ending is the format's
    outcome = tenfold(
        "export", tiny.MODEL, "--to", "onnx-int8", "--least", "0", "-o", named, "--data-dir", data_dir
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
    assert f"1 of {len(facts['answers'])} other answers" in outcome.out


@pytest.mark.long
@pytest.mark.skipif(
    formats.missing(formats.FORMATS["litert"]) is not None,
    reason="needs the litert extra: pip install 'tenfold[litert]'",
)
def test_all_outputs_of_litert_are_asked_for_by_full(
    tenfold: Command, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = tenfold(
        *("export", tiny.MODEL, "--to", "litert", "--full", "--least", "0", "--data-dir", data_dir),
        *("-o", tmp_path / "every"),
    )

    assert outcome.status == 0, outcome.err
    receipt = json.loads((tmp_path / "every.tflite.receipt.json").read_text())
    assert receipt["format"] == "litert-full"
    assert receipt["novelty"]


@pytest.mark.quick
def test_full_is_for_litert_alone(tenfold: Command) -> None:
    outcome = tenfold("export", tiny.MODEL, "--to", "openvino", "--full")

    assert outcome.status == 2
    assert "--full is for LiteRT (--to openvino). Leave it out" in outcome.err


@pytest.mark.quick
def test_own_classes_need_own_pictures(tenfold: Command, tmp_path: Path) -> None:
    info = modelfile.read(tiny.MODEL)[1]
    renamed = tuple(modelfile.ClassName(f"part {n}") for n in range(len(info.classes)))
    model = tiny.variant(tmp_path / "own.onnx", classes=renamed)

    outcome = tenfold("export", model, "--to", "onnx-int8")

    assert outcome.status == 2
    assert "Name a folder of class-name/picture files of its classes with --data." in outcome.err


@pytest.mark.long
@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
@pytest.mark.parametrize("step", ["convert", "measure"])
def test_an_export_that_is_ended_in_the_middle_leaves_nothing(
    step: str, ended_by: signal.Signals, tmp_path: Path
) -> None:
    pictures = tiny.folder(tiny.shades(400), tmp_path / "pictures")
    temporary, out = tmp_path / "temporary", tmp_path / "out"
    temporary.mkdir()
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "tenfold", "export", str(tiny.MODEL), "--to", "onnx-int8"),
            *("--least", "0", "--data", str(pictures), "-o", str(out / "small.onnx")),
        ],
        env={**os.environ, "TMPDIR": str(temporary), "TENFOLD_HOME": str(tmp_path / "home")},
        stderr=subprocess.PIPE,
    ) as exporting:
        ends = time.monotonic() + 120
        while not list(temporary.glob(f"tenfold-export-*/{step}.json")):
            assert time.monotonic() < ends
            time.sleep(0.01)
        exporting.send_signal(ended_by)
        _, said = exporting.communicate(timeout=60)

    assert exporting.returncode == 130
    assert b"Traceback" not in said
    assert not out.exists()
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("full", ["out", "temporary"])
def test_a_full_disk_leaves_nothing_and_is_told_in_one_sentence(
    full: str, tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = tiny.folder(tiny.shades(60), tmp_path / "pictures")
    with small_disk(tmp_path / full, "16k") as disk:
        (tmp_path / "temporary").mkdir(exist_ok=True)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
        target = tmp_path / "out" / "small.onnx"
        outcome = tenfold(
            "export", tiny.MODEL, "--to", "onnx-int8", "--least", "0", "--data", pictures, "-o", target
        )

        assert outcome.status == 1
        assert "cannot be written (No space left on device)" in outcome.err
        assert len(outcome.err.strip().splitlines()) == 1
        assert not list(disk.iterdir())


def test_without_its_extra_an_export_names_the_command_that_installs_it(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.export.formats.format.find_spec", lambda name: None)

    outcome = tenfold("export", "cifar10", "--to", "openvino", "-o", tmp_path / "out" / "cifar10.xml")

    assert outcome.status == 1
    assert 'Install it with: pip install "tenfold[openvino]"' in outcome.err
    assert not list(tmp_path.iterdir())
