"""A correction fitted on answers and embeddings, and the same inside a model file."""

from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import checker, helper, load_from_string

from tenfold import modelfile
from tenfold.errors import ModelFileError
from tenfold.inference import Classifier
from tenfold.teaching import refit, refit_file
from tenfold.teaching.refit import Answers, Correction, NoveltyRule, RefitData
from tests import tiny
from tests.teaching import backbone

rng = np.random.default_rng(5)
NOTHING = refit.answers(np.zeros((0, 3)), np.zeros((0, 30)), np.zeros(0))


def unit(count: int, width: int = 30, near: int | None = None) -> NDArray[np.float64]:
    """Unit vectors; those `near` a number are alike."""
    found = rng.normal(size=(count, width)) * 0.3
    if near is not None:
        found[:, near] += 3
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def said(labels: NDArray[np.int64], embeddings: NDArray[np.float64], novelty: float) -> Answers:
    """A model that is sure of these labels."""
    probabilities = np.full((len(labels), 3), 0.01)
    probabilities[np.arange(len(labels)), labels] = 0.98
    return refit.answers(probabilities, embeddings, np.full(len(labels), novelty))


def lesson(others: bool = True) -> RefitData:
    """Own pictures near 0, 1 and 2; corrected ones near 3, which are class 1 and were called 0."""
    own_labels = np.repeat([0, 1, 2], 20)
    own = said(own_labels, np.concatenate([unit(20, near=k) for k in range(3)]), 0.2)
    corrected = said(np.zeros(8, np.int64), unit(8, near=3), 0.7)
    strange = said(np.zeros(20, np.int64), unit(20, near=4), 0.8) if others else NOTHING
    return RefitData(corrected, np.ones(8, np.int64), own, own_labels, strange)


def test_what_people_corrected_is_answered_so_and_the_model_s_own_pictures_as_before() -> None:
    given, how = lesson(), NoveltyRule("product")
    found = refit.fit(given, how, 0.5)
    new = said(np.zeros(10, np.int64), unit(10, near=3), 0.7)
    probabilities, novelty = new.moved(how, to=found).of_pictures()
    assert (probabilities.argmax(axis=1) == 1).all()
    assert (novelty < 0.5).mean() > 0.6, "pictures like those that people named are none of these no more"
    probabilities, novelty = given.own.moved(how, to=found).of_pictures()
    assert (probabilities.argmax(axis=1) == given.own_labels).all()
    assert (novelty <= 0.5).all()
    strange = said(np.zeros(10, np.int64), unit(10, near=4), 0.8).moved(how, to=found).of_pictures()[1]
    assert (strange > 0.5).mean() > 0.6, "what is unknown stays so"


def test_without_pictures_of_other_things_novelty_only_follows() -> None:
    found = refit.fit(lesson(others=False), NoveltyRule("apart"), 0.5)
    assert (np.abs(found.doubt).max(), found.shift) == (0, 0)
    assert np.abs(found.change).max() > 0


def test_none_of_the_classes_is_learned_from_people_too() -> None:
    given, how = lesson(), NoveltyRule("product")
    wrong = said(np.zeros(8, np.int64), unit(8, near=5), 0.3)
    found = refit.fit(replace(given, corrected=wrong, labels=np.full(8, -1)), how, 0.5)
    new = said(np.zeros(10, np.int64), unit(10, near=5), 0.3).moved(how, to=found).of_pictures()[1]
    assert (new > 0.5).mean() > 0.6


def test_a_fit_from_another_start_comes_to_the_same() -> None:
    given, how = lesson(), NoveltyRule("product")
    one = refit.fit(given, how, 0.5)
    other = refit.fit(given, how, 0.5, refit.fit(given.without(np.arange(8) < 2), how, 0.5))
    assert np.abs(one.change - other.change).max() < 0.02 * np.abs(one.change).max()


@pytest.mark.slow
def test_a_fit_takes_less_time_than_one_factorisation_of_its_embeddings() -> None:
    labels, width = rng.integers(0, 3, 300), 1280
    own, strange = said(labels, unit(300, width), 0.2), said(labels, unit(300, width), 0.8)
    corrected = said(labels[:200], unit(200, width), 0.7)
    start = process_time()
    np.linalg.qr(refit.joined([own, corrected, strange]).embeddings.T)
    factorised, start = process_time() - start, process_time()
    refit.fit(RefitData(corrected, labels[:200], own, labels, strange), NoveltyRule("product"), 0.5)
    assert process_time() - start < factorised


def test_one_correction_in_the_place_of_another() -> None:
    answers = said(rng.integers(0, 3, 20), unit(20), 0.4)
    for how in (NoveltyRule("product"), NoveltyRule("apart"), NoveltyRule("sum", 0.25)):
        one, two = (
            Correction(rng.normal(size=(30, 3)), rng.normal(size=(1, 30))[0] / 9, 0.1) for _ in range(2)
        )
        once = answers.moved(how, to=one)
        for found, wanted in (
            (once.moved(how, of=one, to=two), answers.moved(how, to=two)),
            (once.moved(how, of=one, to=None), answers),
        ):
            for got, right in zip(found.of_pictures(), wanted.of_pictures(), strict=True):
                assert np.abs(got - right).max() < 1e-9


def test_views_of_a_picture_are_averaged_as_a_classifier_does() -> None:
    views = Answers(
        np.log([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]), np.eye(3), np.arange(3.0), np.array([0, 0, 1])
    )
    probabilities, novelty = views.of_pictures()
    assert np.allclose(probabilities, [[0.7, 0.3], [0.2, 0.8]])
    assert novelty.tolist() == [0.5, 2.0]
    assert views.take(np.array([False, True])).of_pictures()[1].tolist() == [2.0]


@pytest.mark.parametrize("name", modelfile.BUNDLED)
def test_a_corrected_file_answers_as_was_calculated_and_its_evidence_is_what_it_rests_on(
    name: str, tmp_path: Path
) -> None:
    content, info = modelfile.read(modelfile.bundled(name))
    where = refit_file.parts(content, name)
    base = Classifier(name, threads=1)
    side = info.input_size
    shown = rng.integers(0, 256, (3, side, side, 3), dtype=np.uint8)
    slope = np.linspace(0, 127, side)
    shown[2] = (slope[:, None] + slope)[:, :, None]
    before = base.raw(shown)
    width, classes = before[1].shape[1], len(info.labels)
    doubt = rng.normal(size=(1, width))[0] * 0.05
    correction = Correction(rng.normal(size=(width, classes)) * 0.3, doubt, 0.02)
    network = refit_file.network(content, correction, info.temperature, name)
    checker.check_model(load_from_string(network))
    modelfile.write(tmp_path / "new.onnx", network, info)
    after = Classifier(tmp_path / "new.onnx", threads=1).raw(shown)
    assert np.array_equal(before[1], after[1]), "the embedding is the same, to the bit"
    moved = refit.answers(before[0], before[1], before[3]).moved(where.novelty, to=correction)
    for got, wanted in zip(moved.of_pictures(), (after[0], after[3]), strict=True):
        assert np.abs(got - wanted).max() < 1e-5
    assert np.abs(after[0] - before[0]).max() > 0.01
    logits = (after[2] - before[2]).mean(axis=(2, 3)) / (1 if where.scaled else info.temperature)
    assert np.abs(logits - before[1] @ correction.change).max() < 1e-4
    again = refit_file.correction_of((tmp_path / "new.onnx").read_bytes())
    assert again is not None
    assert np.abs(again.change - correction.change).max() < 1e-6
    assert refit_file.correction_of(content) is None


def test_a_corrected_file_still_says_where_a_part_is_missing(tmp_path: Path) -> None:
    content, info = modelfile.read(modelfile.bundled("cifar10"))
    shown = rng.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    shown[1, 16:] = 128
    for _ in range(2):
        correction = Correction(rng.normal(size=(256, 10)), rng.normal(size=256) * 0.1, 0.3)
        network = refit_file.network(content, correction, info.temperature, "it")
        checker.check_model(load_from_string(network))
        modelfile.write(tmp_path / "new.onnx", network, info)
        content = (tmp_path / "new.onnx").read_bytes()
    probabilities, _, _, novelty = Classifier(tmp_path / "new.onnx", threads=1).raw(shown)
    assert probabilities[1] == pytest.approx(np.full(10, 0.1))
    assert novelty[1] == 1
    assert probabilities[0].max() > 0.2


def test_a_corrected_file_whose_base_is_gone_is_corrected_on_top(tmp_path: Path) -> None:
    source = backbone.write(tmp_path / "base.onnx")
    content, info = modelfile.read(source)
    one, two = (Correction(rng.normal(size=(8, 1)), rng.normal(size=(1, 8))[0], 0.1) for _ in range(2))
    for correction in (one, two):
        modelfile.write(tmp_path / "new.onnx", refit_file.network(content, correction, 1.0, "it"), info)
        content = (tmp_path / "new.onnx").read_bytes()
    shown = rng.integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    before = Classifier(source, threads=1).raw(shown)
    after = Classifier(tmp_path / "new.onnx", threads=1).raw(shown)
    wanted = before[3] + before[1] @ (one.doubt + two.doubt) + 0.2
    assert np.abs(after[3] - wanted).max() < 1e-5
    assert refit_file.parts(content, "it").novelty == NoveltyRule("apart")


def test_a_network_without_such_a_head_is_told_with_a_cure() -> None:
    content, _ = modelfile.read(tiny.MODEL)
    model = load_from_string(content)
    for node in model.graph.node:
        if "probabilities" in node.output:
            node.CopyFrom(helper.make_node("Sigmoid", [node.input[0]], ["probabilities"]))
    with pytest.raises(ModelFileError, match=r"has no head that can be refitted .*tenfold improve --deep"):
        refit_file.network(model.SerializeToString(), Correction(np.zeros((8, 10)), np.zeros(8)), 1.0, "It")
