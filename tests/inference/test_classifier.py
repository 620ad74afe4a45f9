"""A small real model file at work in ONNX Runtime."""

import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tenfold import images, modelfile
from tenfold.errors import DamagedPicture, ModelFileError, NotAPicture, PictureTooLarge, UsageError
from tenfold.images import Limits, PictureSource
from tenfold.inference import Classifier, classifier, network, views
from tenfold.predictions import Prediction
from tests import tiny
from tests.fakes import INFO

random = np.random.default_rng(4)
PIXELS = random.integers(0, 256, (60, 90, 3), dtype=np.uint8)


def encoded(pixels: NDArray[np.uint8], kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def pictures(count: int) -> list[bytes]:
    return [encoded(random.integers(0, 256, (40 + 3 * n, 50, 3), dtype=np.uint8)) for n in range(count)]


def evidence_of(answer: Prediction) -> NDArray[np.float32]:
    assert answer.evidence is not None
    return answer.evidence


def same(one: Prediction, other: Prediction) -> bool:
    """Equal but for the rounding of sums in another order."""
    return (
        one.label == other.label
        and one.known == other.known
        and one.novelty == pytest.approx(other.novelty, abs=1e-5)
        and one.probabilities == pytest.approx(other.probabilities, abs=1e-5)
        and np.allclose(evidence_of(one), evidence_of(other), atol=1e-4)
    )


@pytest.fixture(scope="module")
def tiny_model() -> Classifier:
    return Classifier(tiny.MODEL, threads=1)


def test_it_knows_its_file(tiny_model: Classifier) -> None:
    content = tiny.MODEL.read_bytes()
    assert tiny_model.sha256 == hashlib.sha256(content).hexdigest()
    assert tiny_model.bytes == len(content)
    assert tiny_model.path == tiny.MODEL
    assert tiny_model.info.labels[0] == "airplane"
    assert tiny_model.info.classes[0].names["uk"] == "літак"


def test_an_answer_is_whole_and_agrees_with_itself(tiny_model: Classifier) -> None:
    answer = tiny_model.classify(PIXELS)
    assert tuple(answer.probabilities) == tiny_model.info.labels
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert answer.label == max(answer.probabilities, key=lambda label: answer.probabilities[label])
    assert answer.confidence == answer.probabilities[answer.label]
    evidence = evidence_of(answer)
    assert evidence.shape == (10, 28, 28)
    assert evidence.dtype == np.float32
    assert (evidence.min(), evidence.max()) == (0, 1)


def test_a_picture_may_come_in_any_form(tiny_model: Classifier, tmp_path: Path) -> None:
    content = encoded(PIXELS)
    path = tmp_path / "picture without an extension"
    path.write_bytes(content)
    forms: list[PictureSource] = [
        str(path),
        path,
        content,
        io.BytesIO(content),
        Image.fromarray(PIXELS),
        PIXELS,
    ]
    expected = tiny_model.classify(PIXELS)
    for form in forms:
        assert same(tiny_model.classify(form), expected), type(form)


def test_an_open_file_is_taken(tiny_model: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(PIXELS))
    with path.open("rb") as file:
        assert same(tiny_model.classify(file), tiny_model.classify(path))


def test_a_picture_of_the_models_size_is_answered_as_the_network_says(tiny_model: Classifier) -> None:
    small = PIXELS[:32, :32]
    probabilities, _, maps, novelty = tiny_model.raw(small[None])
    answer = tiny_model.classify(small)
    assert list(answer.probabilities.values()) == pytest.approx(probabilities[0].tolist(), abs=1e-6)
    assert answer.novelty == pytest.approx(float(novelty[0]), abs=1e-6)
    strongest = np.maximum(maps[0], 0).max()
    assert np.allclose(evidence_of(answer)[:, ::4, ::4], np.maximum(maps[0], 0) / strongest, atol=1e-5)


def test_a_larger_picture_is_answered_by_the_mean_of_its_views(tiny_model: Classifier) -> None:
    shown = views.views("six", 90, 60, 32)
    probabilities, _, _, novelty = tiny_model.raw(views.cut(PIXELS, shown, 32, "bilinear"))
    answer = tiny_model.classify(PIXELS)
    assert list(answer.probabilities.values()) == pytest.approx(probabilities.mean(axis=0).tolist(), abs=1e-6)
    assert answer.novelty == pytest.approx(float(novelty.mean()), abs=1e-6)


def test_known_means_that_novelty_is_not_above_the_threshold(tiny_model: Classifier) -> None:
    noise = random.integers(0, 256, (30, 32, 32, 3), dtype=np.uint8)
    answers = tiny_model.classify_many(list(noise))
    assert {answer.known for answer in answers} == {True, False}
    for answer in answers:
        assert answer.known == (answer.novelty <= tiny_model.info.threshold)


def test_many_are_answered_as_one_by_one_in_their_order(
    tiny_model: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "INPUTS_PER_RUN", 4)
    some = pictures(11)
    many = tiny_model.classify_many(some)
    assert len(many) == len(some)
    for picture, answer in zip(some, many, strict=True):
        assert same(tiny_model.classify(picture), answer)


def test_many_may_be_none(tiny_model: Classifier) -> None:
    assert tiny_model.classify_many([]) == []
    assert tiny_model.run([]) == []


def test_no_more_than_two_batches_are_taken_before_the_first_answer(tiny_model: Classifier) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield encoded(PIXELS)

    next(tiny_model.classify_each(endless()))
    assert taken == 2 * classifier.PICTURES_PER_RUN


@pytest.mark.parametrize("one", ["ship.png", b"bytes", Path("ship.png")])
def test_one_picture_is_not_taken_for_many(tiny_model: Classifier, one: Any) -> None:
    with pytest.raises(UsageError, match=r"classify_many takes many pictures .* Give a list\."):
        tiny_model.classify_many(one)


def test_prepared_pictures_can_be_run_together(tiny_model: Classifier) -> None:
    some = [PIXELS, PIXELS[:32, :32], PIXELS[:, :20]]
    prepared = [tiny_model.prepare(picture) for picture in some]
    assert [one.pixels.shape for one in prepared] == [(6, 32, 32, 3), (1, 32, 32, 3), (6, 32, 32, 3)]
    for picture, answer in zip(some, tiny_model.run(prepared), strict=True):
        assert same(tiny_model.classify(picture), answer)


def test_the_raw_outputs_are_those_of_the_design(
    tiny_model: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = random.integers(0, 256, (7, 32, 32, 3), dtype=np.uint8)
    probabilities, embedding, evidence, novelty = whole = tiny_model.raw(noise)
    assert (probabilities.shape, embedding.shape) == ((7, 10), (7, 8))
    assert (evidence.shape, novelty.shape) == ((7, 10, 7, 7), (7,))
    assert np.allclose(np.linalg.norm(embedding, axis=1), 1, atol=1e-5)
    monkeypatch.setattr(network, "INPUTS_PER_RUN", 3)
    for one, in_parts in zip(whole, tiny_model.raw(noise), strict=True):
        assert np.allclose(one, in_parts, atol=1e-5)


def test_a_large_jpeg_is_read_smaller_but_keeps_its_size_in_the_answer(tiny_model: Classifier) -> None:
    large = encoded(np.full((1500, 2400, 3), 90, np.uint8), "JPEG")
    prepared = tiny_model.prepare(large)
    assert prepared.picture_size == (2400, 1500)
    assert prepared.width < 2400
    assert min(prepared.width, prepared.height) >= images.needed(32) == 256


def test_a_bad_picture_is_told_by_its_name(tiny_model: Classifier) -> None:
    with pytest.raises(NotAPicture, match=r"^notes\.txt is not a picture"):
        tiny_model.classify(b"hello, this is text", name="notes.txt")
    with pytest.raises(DamagedPicture, match=r"^half\.png "):
        tiny_model.classify(encoded(PIXELS)[:2000], name="half.png")


def test_many_stop_at_the_first_bad_one(tiny_model: Classifier) -> None:
    with pytest.raises(NotAPicture):
        tiny_model.classify_many([*pictures(3), b"no picture", *pictures(1)])


def test_a_picture_above_the_limits_is_refused() -> None:
    careful = Classifier(tiny.MODEL, limits=Limits(pixels=1000), threads=1)
    with pytest.raises(PictureTooLarge):
        careful.classify(encoded(PIXELS))


def test_it_may_be_used_from_several_threads_at_once(tiny_model: Classifier) -> None:
    some = pictures(4)
    expected = [tiny_model.classify(picture) for picture in some]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(tiny_model.classify, some * 6))
    for index, answer in enumerate(answers):
        assert same(answer, expected[index % len(some)])


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"no\.onnx cannot be read \(No such file or directory\)"):
        Classifier(tmp_path / "no.onnx")


@pytest.mark.parametrize("network", [b"", b"\x08\x0a\x3a\x05hello", b"\xff" * 50])
def test_a_file_that_onnx_runtime_refuses_is_told(tmp_path: Path, network: bytes) -> None:
    modelfile.write(tmp_path / "empty.onnx", network, INFO)
    with pytest.raises(ModelFileError) as caught:
        Classifier(str(tmp_path / "empty.onnx"))
    assert str(caught.value).startswith(
        f"The model file {tmp_path / 'empty.onnx'} cannot be run by ONNX Runtime ("
    )
    assert str(caught.value).endswith("Export it again, or update onnxruntime.")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"views": "twelve"},
            "asks for a views rule that this tenfold does not know ('twelve'; known are whole,",
        ),
        (
            {"resize": "magic"},
            "asks for a resize rule that this tenfold does not know ('magic'; known are box,",
        ),
    ],
)
def test_a_rule_of_a_later_tenfold_is_told_at_once(
    tmp_path: Path, changed: dict[str, str], words: str
) -> None:
    modelfile.write(tmp_path / "later.onnx", b"", replace(INFO, **changed))  # type: ignore[arg-type]
    with pytest.raises(ModelFileError) as caught:
        Classifier(tmp_path / "later.onnx")
    assert words in str(caught.value)
    assert str(caught.value).endswith("Install a newer tenfold.")


def test_classifying_imports_no_torch() -> None:
    program = (
        "import sys; from tenfold import Classifier; "
        f"Classifier({str(tiny.MODEL)!r}, threads=1); "
        "print([name for name in ('torch', 'onnx', 'fastapi', 'safetensors') if sys.modules.get(name)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_network_that_loses_the_places_has_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Classifier(tiny.MODEL, threads=1)
    whole = model.raw

    def one_cell(inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        probabilities, embedding, maps, novelty = whole(inputs)
        return probabilities, embedding, maps.mean(axis=(2, 3), keepdims=True), novelty

    monkeypatch.setattr(model, "raw", one_cell)
    answer = model.classify(PIXELS)
    assert answer.evidence is None
    assert "evidence" not in answer.to_dict(evidence=True)
