"""tenfold.teaching.model_file: a taught head is an ordinary model file."""

from pathlib import Path

import numpy as np
import pytest

from tenfold.errors import ModelFileError
from tenfold.evaluation.calibration import softmax
from tenfold.inference import Classifier
from tenfold.inference.trial import check
from tenfold.teaching import model_file
from tenfold.teaching.background import background
from tenfold.teaching.teach import teach
from tenfold.workflows.teach import embeddings_of, facts
from tests.teaching import backbone


def colours(colour: tuple[int, int, int], count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    noise = random.integers(-30, 30, (count, backbone.SIDE, backbone.SIDE, 3))
    return (np.array(colour) + noise).clip(0, 255).astype(np.uint8)


def test_the_file_answers_as_the_head_does(tmp_path: Path) -> None:
    source = backbone.write(tmp_path / "backbone.onnx")
    classifier = Classifier(source)
    pictures = np.concatenate([colours((200, 60, 60), 5, 1), colours((60, 60, 200), 5, 2)])
    embeddings = embeddings_of(classifier, pictures)
    taught = teach(embeddings, np.repeat([0, 1], 5), ["red", "blue"])
    target = tmp_path / "taught.onnx"
    model_file.write(target, source, taught, facts("own", classifier.info, taught, "0" * 64))
    check(target)
    probabilities, embedding, evidence, strange = Classifier(target).raw(pictures)
    logits = taught.head.logits(embeddings)
    expected = softmax(logits, taught.temperature).astype(np.float32)
    assert np.allclose(embedding, embeddings, atol=1e-5)
    assert np.allclose(probabilities, expected, atol=1e-4)
    assert np.allclose(evidence.mean(axis=(2, 3)), logits, atol=1e-3)
    assert np.allclose(strange, taught.rejection.novelty(embeddings), atol=1e-4)


@pytest.mark.slow
def test_the_file_says_as_the_head_what_is_none_of_these_at_the_width_of_the_shipped_backbone(
    tmp_path: Path,
) -> None:
    width = 1280
    ordinary = background(width).pictures
    taught = teach(ordinary[:40], np.repeat([0, 1, 2, 3], 10), ["a", "b", "c", "d"])
    source = backbone.write(tmp_path / "backbone.onnx", width=width)
    classifier = Classifier(source)
    target = tmp_path / "taught.onnx"
    model_file.write(target, source, taught, facts("own", classifier.info, taught, "0" * 64))
    pictures = np.concatenate([colours((200, 60, 60), 5, 1), colours((60, 60, 200), 5, 2)])
    _, embeddings, _, strange = Classifier(target).raw(pictures)
    assert np.ptp(strange) > 1e-4
    assert np.allclose(strange, taught.rejection.novelty(embeddings), atol=1e-5)


def test_a_taught_file_can_be_taught_again(tmp_path: Path) -> None:
    source = backbone.write(tmp_path / "backbone.onnx")
    classifier = Classifier(source)
    pictures = np.concatenate([colours((200, 60, 60), 5, 1), colours((60, 60, 200), 5, 2)])
    taught = teach(embeddings_of(classifier, pictures), np.repeat([0, 1], 5), ["red", "blue"])
    info = facts("own", classifier.info, taught, "0" * 64)
    model_file.write(tmp_path / "first.onnx", source, taught, info)
    model_file.write(tmp_path / "second.onnx", tmp_path / "first.onnx", taught, info)
    assert (tmp_path / "second.onnx").read_bytes() == (tmp_path / "first.onnx").read_bytes()


def test_a_model_without_a_backbone_is_refused(tmp_path: Path) -> None:
    source = backbone.write(tmp_path / "other.onnx", cells="others")
    points = np.eye(backbone.WIDTH, dtype=np.float32)[[0, 0, 1, 1]]
    taught = teach(points, np.array([0, 0, 1, 1]), ["a", "b"])
    with pytest.raises(ModelFileError, match="has no backbone to teach"):
        model_file.network(source, taught)


def test_half_a_picture_is_none_of_the_taught_classes_unless_those_are_covered_in_part(
    tmp_path: Path,
) -> None:
    classifier = Classifier(source := backbone.write(tmp_path / "backbone.onnx"))
    pictures = np.concatenate([colours((200, 60, 60), 5, 1), colours((60, 60, 200), 5, 2)])
    taught = teach(embeddings_of(classifier, pictures), np.repeat([0, 1], 5), ["red", "blue"])
    half = pictures[:1].copy()
    half[:, 16:] = 128
    said = {}
    for parts in (True, False):
        target = tmp_path / f"taught-{parts}.onnx"
        info = facts("own", classifier.info, taught, "0" * 64, parts=parts)
        model_file.write(target, source, taught, info, parts=parts)
        model = Classifier(target)
        assert ("missing_part" in model.info.network) == parts
        said[parts] = model.raw(np.concatenate([pictures, half]))
    for with_check, without in zip(said[True], said[False], strict=True):
        assert np.array_equal(with_check[:-1], without[:-1])
    assert said[True][0][-1] == pytest.approx([0.5, 0.5])
    assert said[True][3][-1] == 1
    assert said[False][3][-1] < 1
