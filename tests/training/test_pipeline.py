"""From data to an evaluated model file, with everything small."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold import modelfile
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.opening import open_dataset
from tenfold.errors import TrainingError
from tenfold.evaluation.caveats import as_facts, of_evaluation, of_validation
from tenfold.evaluation.evaluate import evaluate
from tenfold.inference import Classifier
from tenfold.recipes.augmentation import Augmentation
from tenfold.recipes.recipe import Optimiser, Recipe, Step, Teacher, Transfer
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import FINISHED, RUNNING, Run
from tenfold.training import pipeline
from tenfold.training.pipeline import ExportConfig
from tests import tiny

pytestmark = pytest.mark.train
RECIPE = Recipe(
    options={"widths": [6, 8, 8]},
    epochs=2,
    curriculum=(Step(0.5, 0.5),),
    batch_size=20,
    precision="float32",
    optimiser=Optimiser("muon", rate=0.1, momentum=0.6),
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    folder = tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data")
    return open_dataset("cifar10", side=32, data_dir=folder, cache=tmp_path / "cache")


@pytest.mark.slow
def test_a_run_becomes_a_model_file_that_says_what_it_is(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "models" / "small.onnx"
    trainer = pipeline.train(data, tmp_path / "run", RECIPE, device_name="cpu")
    config = ExportConfig(keep=0.9, prototypes_per_class=3, neighbours=2)
    classifier, test = pipeline.export(trainer, data, path, config)
    assert list(path.parent.iterdir()) == [path]
    info = modelfile.read(path)[1]
    assert classifier.info == info
    assert info.labels == data.training.classes
    assert info.classes[3].names == {"en": "cat", "uk": "кіт", "ru": "кошка"}
    assert (info.input_size, info.known_rate, info.data_fingerprint) == (32, 0.9, data.fingerprint)
    assert (info.network["name"], info.network["widths"]) == ("default", [6, 8, 8])
    # Whitening 288 + 24, groups 1,296 + 324 + 432 + 576 + 576 + 576, their norms 2 x 44, the head 80.
    assert info.network["parameters"] == sum(p.numel() for p in trainer.network.parameters())
    assert info.network["multiply_adds"] > 0
    assert info.training["curriculum"] == [{"share": 0.5, "size": 0.5}]
    assert (info.training["precision"], info.training["torch"]) == ("float32", torch.__version__)
    assert info.training["epochs_run"] == 2
    validation = evaluate(classifier, data.validation)
    assert info.scores == {
        "test": {**test.summary(), "caveats": as_facts(of_evaluation(test))},
        "validation": {**validation.summary(), "caveats": as_facts(of_validation(validation.accuracy))},
    }
    assert [one["kind"] for one in info.scores["test"]["caveats"]][:2] == ["few-pictures", "small-classes"]
    assert info.scores["test"].items() >= evaluate(Classifier(path), data.test).summary().items()
    novelty = classifier.raw(data.validation.pictures)[3]
    assert 0.9 <= np.mean(novelty <= info.threshold) < 1


def test_a_run_keeps_where_and_on_what_it_was_computed(data: Dataset, tmp_path: Path) -> None:
    pipeline.train(data, tmp_path / "run", RECIPE, device_name="cpu")
    facts = Run(tmp_path / "run").data
    assert (facts["source"], facts["training"], facts["validation"], facts["test"]) == ("cifar10", 80, 20, 20)
    assert facts["fingerprint"] == data.fingerprint
    environment = Run(tmp_path / "run").environment
    assert (environment["device"], environment["precision"]) == ("cpu", "float32")
    assert Run(tmp_path / "run").parse_recipe() == RECIPE


@pytest.mark.slow
def test_no_other_process_trains_in_a_run_s_folder(data: Dataset, tmp_path: Path) -> None:
    states: set[str] = set()
    once = replace(RECIPE, epochs=1, curriculum=())

    def look(progress: TrainingProgress) -> None:
        states.add(Run(tmp_path / "run").state)
        with pytest.raises(TrainingError, match="is being trained in by another process"):
            pipeline.train(data, tmp_path / "run", once, device_name="cpu", resume=True)

    pipeline.train(data, tmp_path / "run", once, device_name="cpu", on_progress=[look])
    assert states == {RUNNING}
    assert Run(tmp_path / "run").state == FINISHED


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("source", ["run", "file"])
def test_another_model_is_started_from_and_learned_from(data: Dataset, tmp_path: Path, source: str) -> None:
    first = pipeline.train(data, tmp_path / "first", RECIPE)
    config = ExportConfig(prototypes_per_class=3, neighbours=2)
    pipeline.export(first, data, tmp_path / "first.onnx", config)
    place = str(tmp_path / ("first" if source == "run" else "first.onnx"))
    recipe = replace(
        RECIPE,
        epochs=1,
        transfer=Transfer(place, freeze_until="head"),
        teacher=Teacher(place, weight=0.5, temperature=2),
    )
    second = pipeline.train(data, tmp_path / "second", recipe)
    for name in ("groups.0.conv1.weight", "groups.2.conv2.weight"):
        one, other = (t.network.state_dict()[name] for t in (first, second))
        # The file holds folded filters; to be the same they have to have the same direction.
        assert torch.nn.functional.cosine_similarity(one.flatten(1), other.flatten(1)).min() > 0.9999
    pipeline.export(second, data, tmp_path / "second.onnx", config)
    info = modelfile.read(tmp_path / "second.onnx")[1]
    assert info.training["teacher"]["source"] == Path(place).name
    assert str(tmp_path).encode() not in (tmp_path / "second.onnx").read_bytes()


def test_a_teacher_of_other_classes_is_refused(data: Dataset, tmp_path: Path) -> None:
    parts = {
        name: replace(getattr(data, name), classes=tuple(f"part {k}" for k in range(10)))
        for name in ("training", "validation", "test")
    }
    with pytest.raises(TrainingError) as caught:
        pipeline.train(replace(data, **parts), tmp_path / "run", replace(RECIPE, teacher=Teacher("cifar10")))
    assert "cifar10.onnx knows other classes than these pictures have (airplane, automobile," in str(
        caught.value
    )
    assert str(caught.value).endswith("Choose a teacher that was trained on the same classes.")


def test_a_killed_run_is_resumed_and_each_epoch_logged_once(data: Dataset, tmp_path: Path) -> None:
    def kill(progress: TrainingProgress) -> None:
        if (progress.epoch, progress.step) == (2, 2):
            raise KeyboardInterrupt

    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        pipeline.train(data, folder, RECIPE, on_progress=[kill])
    with pytest.raises(TrainingError, match="already holds a run"):
        pipeline.train(data, folder, RECIPE)
    seen: list[TrainingProgress] = []
    resumed = pipeline.train(data, folder, RECIPE, resume=True, on_progress=[seen.append])
    assert {progress.epoch for progress in seen} == {2}
    whole = pipeline.train(data, tmp_path / "whole", RECIPE)
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name
    lines = Run(folder).epochs
    assert [(line["epoch"], line["side"]) for line in lines] == [(1, 16), (2, 32)]
    assert {"loss", "accuracy", "validation_accuracy", "pictures_per_second"} < lines[0].keys()


def test_a_checkpoint_that_cannot_be_written_is_told(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def full(part: Path, path: Path) -> None:
        if path.name == "state.safetensors":
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(part, path)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(TrainingError) as caught:
        pipeline.train(data, tmp_path / "run", RECIPE)
    state = tmp_path / "run" / "state.safetensors"
    assert str(caught.value).startswith(f"The checkpoint {state} cannot be written (")


def test_the_first_of_each_class_are_taken() -> None:
    data = tiny.shades(60)
    first = pipeline.first_of_each_class(data, 2)
    assert first.labels.tolist() == sorted([*range(10)] * 2)
    assert (first.pictures[0] == data.pictures[np.flatnonzero(data.labels == 0)[0]]).all()


@pytest.mark.parametrize(
    ("batch_size", "pictures", "expected"),
    [
        (1000, 45_000, 1000),
        (1000, 3_200, 200),
        (1000, 200, 32),
        (128, 200, 128),
        (32, 40, 32),
        (1000, 16_000, 1000),
    ],
)
def test_large_batches_become_smaller_for_small_sets(batch_size: int, pictures: int, expected: int) -> None:
    assert pipeline.fitted(replace(RECIPE, batch_size=batch_size), pictures).batch_size == expected


@pytest.mark.parametrize(
    ("source", "network", "flip", "name", "views"),
    [
        ("cifar10", "default", "alternating", "tenfold-cifar10", "six-wide"),
        ("cifar10", "ml-cnn", "none", "ml-cnn-cifar10", "six-wide"),
        ("some/parts", "default", "random", "parts", "mirrored-pair"),
        ("some/parts.csv", "default", "none", "parts", "whole"),
    ],
)
def test_a_model_is_named_and_shown_pictures_as_suits_its_data(
    data: Dataset, source: str, network: str, flip: str, name: str, views: str
) -> None:
    recipe = replace(RECIPE, network=network, augmentation=Augmentation(flip=flip))
    config = pipeline.export_config(replace(data, name=source), recipe)
    assert (config.name, config.views) == (name, views)
    assert pipeline.export_config(replace(data, name=source), recipe, "mine").name == "mine"


@pytest.mark.slow
def test_a_run_from_a_model_of_other_classes_keeps_what_it_knows_of_the_shared_ones(
    data: Dataset, tmp_path: Path
) -> None:
    first = pipeline.train(data, tmp_path / "first", RECIPE, device_name="cpu")
    pipeline.export(first, data, tmp_path / "first.onnx", ExportConfig(prototypes_per_class=3, neighbours=2))
    old = data.training.classes
    shown = tiny.folder(tiny.shades(60, 10, seed=5), tmp_path / "pictures")
    # "antelope" stands before all others, so that every output moves by one.
    (shown / "airplane").rename(shown / "antelope")
    more = open_dataset(str(shown), side=32, data_dir=tmp_path, cache=tmp_path / "cache")
    assert more.training.classes == ("antelope", *old[1:])
    source = Transfer(str(tmp_path / "first.onnx"))
    recipe = replace(RECIPE, epochs=1, transfer=source, optimiser=Optimiser("sgd", rate=0.0, momentum=0.0))
    second = pipeline.train(more, tmp_path / "second", recipe, device_name="cpu")
    mine, theirs = (one.network.get_parameter("head.weight") for one in (second, first))
    assert torch.allclose(mine[1:], theirs[1:], atol=1e-5)
    assert not torch.allclose(mine[0], theirs[0], atol=1e-3)


def test_the_views_of_a_model_are_those_asked_for(data: Dataset) -> None:
    assert pipeline.export_config(data, RECIPE).views == "six-wide"
    assert pipeline.export_config(data, RECIPE, views="whole").views == "whole"
    own = replace(data, name="photos")
    assert pipeline.export_config(own, RECIPE).views == "whole"
    assert pipeline.export_config(own, RECIPE, "name", "six-wide").views == "six-wide"
