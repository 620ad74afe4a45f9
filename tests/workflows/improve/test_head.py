"""A head that is refitted on corrected pictures in place of training a network."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold import modelfile
from tenfold.errors import ModelFileError
from tenfold.inference import Classifier
from tenfold.teaching import model_file
from tenfold.teaching.teach import teach
from tenfold.workflows.improve import head
from tenfold.workflows.improve.data import MIXTURE
from tenfold.workflows.teach import embeddings_of, facts
from tests.teaching import backbone

rng = np.random.default_rng(5)


def test_a_change_turns_wrong_answers_and_leaves_others_as_they_are() -> None:
    features = rng.normal(size=(60, 30))
    features /= np.linalg.norm(features, axis=1, keepdims=True) / 19.5
    answers = np.full((60, 3), 0.01)
    said = np.arange(60) % 3
    answers[np.arange(60), said] = 0.98
    labels = said.copy()
    labels[:4] = (said[:4] + 1) % 3
    right = head.fit_change(features[4:8], answers[4:8], labels[4:8], 2.0)
    wrong = head.fit_change(features[:4], answers[:4], labels[:4], 2.0)
    assert np.abs(right).max() < np.abs(wrong).max() / 2, "what is right already asks for little"
    change = head.fit_change(features, answers, labels, 2.0)
    logits = 2.0 * np.log(answers) + features @ change.T
    assert (logits.argmax(axis=1) == labels).all()


@pytest.mark.train
def test_the_bundled_model_learns_a_correction_and_stays_a_whole_model_file(tmp_path: Path) -> None:
    base = Classifier("photo", threads=1)
    assert head.has_head(base.info)
    rows = [("path", "label", "split")]
    for label in base.info.labels:
        for part in ("train", "val", "test"):
            file = f"{label}-{part}.png"
            Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(tmp_path / file)
            rows.append((file, label, part))
    stripes = np.zeros((192, 192, 3), np.uint8)
    stripes[:, ::8] = (200, 60, 20)
    before = base.classify(stripes)
    wanted = next(label for label in base.info.labels if label != before.label)
    Image.fromarray(stripes).save(tmp_path / "stripes.png")
    rows += [("stripes.png", wanted, "train")] * 8
    with (tmp_path / "pictures.csv").open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    told: list[tuple[int, int]] = []
    head.refit(
        base,
        tmp_path / "pictures.csv",
        tmp_path / "new.onnx",
        name="photo, corrected 1",
        cache=tmp_path / "cache",
        progress=lambda done, total: told.append((done, total)),
    )
    new = Classifier(tmp_path / "new.onnx", threads=1)
    assert new.info.name == "photo, corrected 1"
    assert new.info.training["corrected"]["pictures"] == 18
    assert new.classify(stripes).probabilities[wanted] > 2 * before.probabilities[wanted]
    assert told[0] == (0, 18)
    grey = np.full((192, 192, 3), 128, np.uint8)
    assert (new.classify(grey).label, new.classify(grey).known) == (base.classify(grey).label, False)


def test_a_file_without_the_weights_that_it_names_is_told(tmp_path: Path) -> None:
    content, info = modelfile.read(modelfile.bundled("cifar10"))
    named = replace(info, network={"head": {"weight": "nothing", "scale": 1.0}})
    with pytest.raises(ModelFileError, match="has no head to refit"):
        head._with_head(content, named, np.zeros((10, 256)), "a.onnx")


def test_only_a_model_with_a_frozen_backbone_has_other_mixtures() -> None:
    _, small = modelfile.read(modelfile.bundled("cifar10"))
    assert head.mixture(small) == MIXTURE
    _, large = modelfile.read(modelfile.bundled("photo"))
    assert head.mixture(large).own < MIXTURE.own


@pytest.mark.train
def test_a_taught_model_s_head_is_refitted_too_and_the_file_answers_as_was_calculated(tmp_path: Path) -> None:
    source = backbone.write(tmp_path / "backbone.onnx")
    classifier = Classifier(source, threads=1)
    shades = {"red": (200, 60, 60), "blue": (60, 60, 200)}
    pictures = {
        name: (np.array(colour) + rng.integers(-30, 30, (6, 32, 32, 3))).clip(0, 255).astype(np.uint8)
        for name, colour in shades.items()
    }
    both = np.concatenate(list(pictures.values()))
    taught = teach(embeddings_of(classifier, both), np.repeat([0, 1], 6), list(shades))
    info = facts("own", classifier.info, taught, "0" * 64)
    model_file.write(tmp_path / "taught.onnx", source, taught, info)
    rows = [("path", "label", "split")]
    for label, wrong in (("red", "blue"), ("blue", "red")):
        for number, pixels in enumerate(pictures[wrong]):  # people say the opposite of what was taught
            Image.fromarray(pixels).save(tmp_path / f"{label}-{number}.png")
            rows.append(
                (f"{label}-{number}.png", label, ("train", "train", "train", "train", "val", "test")[number])
            )
    with (tmp_path / "pictures.csv").open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    base = Classifier(tmp_path / "taught.onnx", threads=1)
    head.refit(
        base,
        tmp_path / "pictures.csv",
        tmp_path / "new.onnx",
        name="own, corrected 1",
        cache=tmp_path / "cache",
        progress=lambda done, total: None,
    )
    before, after = base.raw(both)[0], Classifier(tmp_path / "new.onnx", threads=1).raw(both)[0]
    assert (before[:6, 0] > 0.5).all()
    assert (after[:6, 0] < before[:6, 0]).all()
    assert (after[6:, 1] < before[6:, 1]).all()
