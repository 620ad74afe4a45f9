"""An export for the web: a folder that needs nothing from elsewhere, and answers in a real Chromium."""

import json
import re
import zipfile
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image

from tenfold import modelfile
from tenfold.errors import ExportError, MissingExtra
from tenfold.export.export import OpenPictures, export
from tenfold.export.formats import FORMATS
from tenfold.export.formats.browser import find_browser
from tenfold.export.formats.format import ElsewhereClassifier
from tenfold.export.receipt import read_receipt
from tenfold.inference import Classifier
from tests import tiny
from tests.paths import ROOT

BUILT = ROOT / "src/tenfold/web/static/exported/files.json"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BUILT.is_file(), reason="needs the built page: make frontend"),
]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model for browsers, not compared with anything."""
    target = tmp_path_factory.mktemp("web") / "tiny-web.zip"
    made = FORMATS["web"]
    made.convert(tiny.MODEL, target, [])
    made.describe(target, modelfile.read(tiny.MODEL)[1])
    return target


def test_a_picture_file_gets_the_original_s_answer_in_chromium(packed: Path, pictures: Path) -> None:
    original, loaded = Classifier(tiny.MODEL, threads=1), FORMATS["web"].load(packed)
    elsewhere = cast(ElsewhereClassifier, loaded)
    try:
        assert loaded.info.labels == original.info.labels
        for file in sorted(pictures.rglob("*.png"))[:8]:
            ours, theirs = original.classify(file), loaded.classify(file)
            assert theirs.label == ours.label
            assert theirs.known == ours.known
            assert list(theirs.probabilities.values()) == pytest.approx(
                list(ours.probabilities.values()), abs=1e-4
            )
            assert theirs.novelty == pytest.approx(ours.novelty, abs=1e-4)
            assert ours.evidence is not None
            assert theirs.evidence == pytest.approx(ours.evidence, abs=1e-3)
            assert elsewhere.milliseconds > 0
    finally:
        elsewhere.close()


def test_half_a_picture_is_nothing_in_chromium_too(tmp_path: Path) -> None:
    source, target, made = modelfile.bundled("cifar10"), tmp_path / "cifar10-web.zip", FORMATS["web"]
    pixels = np.random.default_rng(4).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(whole := tmp_path / "whole.png")
    pixels[100:] = 128
    Image.fromarray(pixels).save(half := tmp_path / "half.png")
    made.convert(source, target, [])
    made.describe(target, modelfile.read(source)[1])

    loaded = made.load(target)
    try:
        answer = loaded.classify(half)
        assert list(answer.probabilities.values()) == pytest.approx([0.1] * 10)
        assert answer.novelty == 1
        assert not answer.known
        assert max(loaded.classify(whole).probabilities.values()) > 0.12
    finally:
        cast(ElsewhereClassifier, loaded).close()


@pytest.mark.long
def test_its_receipt_says_which_browser_it_was_measured_in(opening: OpenPictures, tmp_path: Path) -> None:
    target = tmp_path / "tiny-web.zip"
    receipt = export(tiny.MODEL, "web", target, opening)

    assert read_receipt(target).versions == receipt.versions
    assert receipt.agreement.value == 1
    assert receipt.novelty is not None
    assert re.search(r"\d+\.\d+", receipt.versions["browser"])
    assert re.fullmatch(r"[\d.]+", receipt.versions["onnxruntime-web"])


def test_all_that_a_file_in_it_names_is_in_it(packed: Path) -> None:
    with zipfile.ZipFile(packed) as files:
        names = set(files.namelist())
        page = files.read("index.html").decode()
        scripts = {name: files.read(name).decode() for name in names if name.endswith(".js")}

    assert {"index.html", "classifier.js", "network.onnx", "model.json", "self-test.json"} <= names
    assert not any(name.endswith(".gz") for name in names)
    assert {found.removeprefix("./") for found in re.findall(r'(?:src|href)="([^"]+)"', page)} <= names
    for name, script in scripts.items():
        for found in re.findall(r'(?:from|import)\s*["\'](\.[^"\']+)["\']', script):
            assert str((Path("/") / name).parent / found).replace("/./", "/").lstrip("/") in {
                *names,
                *(f"{Path(name).parent}/../{one}" for one in names),
            }


def test_its_facts_say_the_classes_and_the_pixel_rule(packed: Path) -> None:
    with zipfile.ZipFile(packed) as files:
        facts = json.loads(files.read("model.json"))
        tries = json.loads(files.read("self-test.json"))

    _, info = modelfile.read(tiny.MODEL)
    assert [one["label"] for one in facts["classes"]] == list(info.labels)
    assert (facts["resize"], facts["views"], facts["input_size"]) == (
        info.resize,
        info.views,
        info.input_size,
    )
    assert {one["prediction"]["label"] for one in tries} <= set(info.labels)


def test_the_same_model_gives_the_same_bytes(packed: Path) -> None:
    before = packed.read_bytes()
    FORMATS["web"].describe(packed, modelfile.read(tiny.MODEL)[1])
    assert packed.read_bytes() == before


def test_a_model_that_answers_otherwise_in_the_browser_is_not_opened(packed: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "self-test.json":
                tries = json.loads(content)
                for one in tries:
                    one["prediction"]["novelty"] += 1
                content = json.dumps(tries).encode()
            new.writestr(name, content)

    with pytest.raises(ExportError, match="does not answer in this browser as it did when it was exported"):
        FORMATS["web"].load(changed)


def test_a_picture_that_no_browser_reads_is_named(packed: Path, tmp_path: Path) -> None:
    (picture := tmp_path / "notes.png").write_text("no picture")
    loaded = FORMATS["web"].load(packed)
    try:
        with pytest.raises(ExportError, match=r"The picture .*notes\.png cannot be read by the browser"):
            loaded.classify(picture)
    finally:
        cast(ElsewhereClassifier, loaded).close()


@pytest.mark.quick
def test_a_browser_that_is_not_there_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME_PATH", "/no/such/program")

    with pytest.raises(MissingExtra, match=r"which was not found \(CHROME_PATH is /no/such/program\)"):
        find_browser()
