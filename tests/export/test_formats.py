"""Each format at work: converted, described, loaded afresh, and as right as the original."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold import modelfile
from tenfold.errors import ExportError
from tenfold.export.formats import FORMATS, missing
from tenfold.inference import Classifier
from tenfold.modelfile import BUNDLED
from tenfold.teaching import refit_file
from tenfold.teaching.refit import Correction
from tests import tiny

pytestmark = pytest.mark.slow
FLOATS = [name for name, one in FORMATS.items() if not one.integer and name != "web"]


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
    loaded = made.load(target)
    assert (loaded.info.name, loaded.info.threshold) == ('a "name" <é> & more', 0.25)
    assert loaded.info.labels == info.labels
    for file in sorted(pictures.rglob("*.png"))[:10]:
        ours, theirs = original.classify(file), loaded.classify(file)
        assert list(theirs.probabilities.values()) == pytest.approx(
            list(ours.probabilities.values()), abs=1e-4
        )
        if name == "litert":  # which has one output
            assert np.isnan(theirs.novelty)
            assert theirs.evidence is None
            continue
        assert theirs.novelty == pytest.approx(ours.novelty, abs=1e-4)
        assert ours.evidence is not None
        assert theirs.evidence is not None
        assert np.abs(theirs.evidence - ours.evidence).max() < 1e-3


@pytest.mark.parametrize("model", BUNDLED)
def test_each_bundled_model_can_be_written_for_litert(model: str, tmp_path: Path) -> None:
    made = FORMATS["litert-full"]
    if absent := missing(made):
        pytest.skip(str(absent))
    source, target = modelfile.bundled(model), tmp_path / "model.tflite"
    original = Classifier(source, threads=1)
    pixels = np.random.default_rng(3).integers(0, 256, (200, 260, 3), dtype=np.uint8)
    picture = tmp_path / "noise.png"
    Image.fromarray(pixels).save(picture)

    made.convert(source, target, [])
    made.describe(target, original.info)
    first = target.read_bytes()
    made.describe(target, original.info)

    assert target.read_bytes() == first
    ours, theirs = original.classify(picture), made.load(target).classify(picture)
    assert list(theirs.probabilities.values()) == pytest.approx(list(ours.probabilities.values()), abs=1e-3)
    assert theirs.novelty == pytest.approx(ours.novelty, abs=1e-3)


def test_a_model_that_was_refitted_on_corrections_answers_as_the_original(name: str, tmp_path: Path) -> None:
    content, info = modelfile.read(modelfile.bundled("cifar10"))
    random = np.random.default_rng(3)
    pixels = random.integers(0, 256, (200, 260, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(picture := tmp_path / "noise.png")
    correction = Correction(random.normal(0, 0.5, (256, 10)), random.normal(0, 0.1, 256), 0.02)
    network = refit_file.network(content, correction, info.temperature, "It")
    modelfile.write(source := tmp_path / "refitted.onnx", network, info)
    made, target = FORMATS[name], tmp_path / f"refitted{FORMATS[name].suffix}"

    made.convert(source, target, [])
    made.describe(target, info)

    ours, theirs = Classifier(source, threads=1).classify(picture), made.load(target).classify(picture)
    assert list(theirs.probabilities.values()) == pytest.approx(list(ours.probabilities.values()), abs=1e-3)
    if name != "litert":
        assert theirs.novelty == pytest.approx(ours.novelty, abs=1e-3)
        assert ours.evidence is not None
        assert theirs.evidence is not None
        assert np.abs(theirs.evidence - ours.evidence).max() < 1e-2


@pytest.mark.parametrize("name", ["onnx-int8", "openvino", "litert", "litert-full", "litert-int8-full"])
def test_half_a_picture_is_nothing_to_an_export_too(name: str, tmp_path: Path) -> None:
    made = FORMATS[name]
    if absent := missing(made):
        pytest.skip(str(absent))
    source = modelfile.bundled("cifar10")
    random = np.random.default_rng(4)
    pixels = random.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(whole := tmp_path / "whole.png")
    pixels[100:] = 128
    Image.fromarray(pixels).save(half := tmp_path / "half.png")
    target = tmp_path / f"cifar10{made.suffix}"

    made.convert(source, target, [whole])
    made.describe(target, modelfile.read(source)[1])

    answer = made.load(target).classify(half)
    assert list(answer.probabilities.values()) == pytest.approx([0.1] * 10)
    if name != "litert":
        assert answer.novelty == 1
    assert max(made.load(target).classify(whole).probabilities.values()) > 0.12


@pytest.mark.quick
def test_an_operator_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    import onnx

    made = FORMATS["litert"]
    if absent := missing(made):
        pytest.skip(str(absent))
    network = onnx.load_from_string(modelfile.network(tiny.MODEL))
    for node in network.graph.node:
        if node.op_type == "Gelu":
            del node.attribute[:]
            node.op_type = "Softsign"
    changed = tmp_path / "changed.onnx"
    modelfile.write(changed, network.SerializeToString(), modelfile.read(tiny.MODEL)[1])

    with pytest.raises(ExportError, match=r"cannot be written for LiteRT \(Softsign\)"):
        made.convert(changed, tmp_path / "changed.tflite", [])
