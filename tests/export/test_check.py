"""Checking an exported file against its receipt."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tenfold.errors import ExportError
from tenfold.export.check import check_files, compare_receipts, repeat
from tenfold.export.export import OpenPictures
from tenfold.export.formats.format import PictureClassifier
from tenfold.export.formats.onnx_int8 import OnnxInt8
from tenfold.export.receipt import read_receipt, receipt_path

pytestmark = pytest.mark.slow


@pytest.fixture
def copied(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported.parent, tmp_path / "copied")) / exported.name


def test_a_receipt_reads_as_it_was_written(exported: Path) -> None:
    receipt = read_receipt(exported)

    assert read_receipt(receipt_path(exported)) == receipt
    assert receipt.to_json() == receipt_path(exported).read_text(encoding="utf-8")


def test_a_repeated_run_gives_the_same_answers(exported: Path, opening: OpenPictures) -> None:
    receipt = read_receipt(exported)
    check_files(receipt, exported)

    again = repeat(receipt, exported, opening)

    assert again.difference.alike
    assert again.agreement == receipt.agreement


def test_only_child_processes_load_an_exported_file(
    exported: Path, opening: OpenPictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(self: OnnxInt8, target: Path) -> PictureClassifier:
        raise AssertionError(f"{target} was loaded by the calling process")

    monkeypatch.setattr(OnnxInt8, "load", load)

    assert repeat(read_receipt(exported), exported, opening).difference.alike


def test_a_changed_file_is_not_that_of_its_receipt(copied: Path) -> None:
    copied.write_bytes(copied.read_bytes() + b"\0")

    with pytest.raises(ExportError, match="is not the one that its receipt is of"):
        check_files(read_receipt(copied), copied)
    copied.unlink()
    with pytest.raises(ExportError, match="is missing"):
        check_files(read_receipt(copied), copied)


def test_other_pictures_than_those_of_the_receipt_are_refused(exported: Path, opening: OpenPictures) -> None:
    receipt = replace(read_receipt(exported), fingerprint="0" * 64)

    with pytest.raises(ExportError, match="are not those that the receipt was made with") as caught:
        repeat(receipt, exported, opening)
    assert caught.value.reason == "data-changed"


def test_receipts_of_two_machines_are_told_apart(exported: Path) -> None:
    receipt = read_receipt(exported)
    (original, first, confidence), *rest = receipt.answers
    nearly = replace(receipt, answers=((original, first, confidence + 1e-5), *rest))
    other = replace(receipt, answers=((original, (first + 1) % 10, confidence), *rest))
    shifted = replace(receipt, answers=((original, first, confidence + 0.1), *rest))

    assert compare_receipts(receipt, nearly).alike
    assert compare_receipts(receipt, other).others == 1
    assert not compare_receipts(receipt, other).alike
    assert compare_receipts(receipt, shifted).largest == pytest.approx(0.1)
    assert not compare_receipts(receipt, shifted).alike
    with pytest.raises(ExportError, match="are of different pictures"):
        compare_receipts(receipt, replace(receipt, fingerprint="0" * 64))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"receipt": 1}', '{"receipt": "?"}', "\0"])
@pytest.mark.quick
def test_what_is_no_receipt_is_told(tmp_path: Path, content: str) -> None:
    export = tmp_path / "one.onnx"
    export.touch()
    receipt_path(export).write_text(content)

    with pytest.raises(ExportError, match="is not a receipt of an export"):
        read_receipt(export)


def test_a_newer_receipt_is_told(copied: Path) -> None:
    facts = json.loads(receipt_path(copied).read_text())
    receipt_path(copied).write_text(json.dumps({**facts, "receipt": 2}))

    with pytest.raises(ExportError, match="comes from a newer tenfold"):
        read_receipt(copied)
