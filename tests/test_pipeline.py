"""From data to a judged model file, with everything small."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold import modelfile, pipeline
from tenfold.errors import TrainingError
from tenfold.inference import Classifier
from tenfold.judging.evaluation import evaluate
from tenfold.networks.default import DefaultConfig
from tenfold.pipeline import Cifar10, ExportConfig
from tenfold.training.config import Stage, TrainingConfig
from tenfold.training.loop import Progress
from tenfold.training.runs import Run
from tests import tiny

pytestmark = pytest.mark.train
NETWORK = DefaultConfig(widths=(6, 8, 8))
CONFIG = TrainingConfig(stages=(Stage(1, 16), Stage(1, 32)), batch_size=20, precision="float32")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cifar10:
    return pipeline.load_cifar10(tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data"))


def test_cifar10_is_loaded_split_and_known_by_its_fingerprint(data: Cifar10) -> None:
    assert (len(data.training), len(data.validation), len(data.test)) == (80, 20, 20)
    assert np.bincount(data.validation.labels).tolist() == [2] * 10
    assert not set(data.training.digests()) & set(data.validation.digests())
    together = replace(
        data.training,
        pictures=np.concatenate([data.validation.pictures, data.training.pictures]),
        labels=np.concatenate([data.validation.labels, data.training.labels]),
    )
    assert data.fingerprint == together.fingerprint()


def test_a_run_becomes_a_model_file_that_says_what_it_is(data: Cifar10, tmp_path: Path) -> None:
    path = tmp_path / "models" / "small.onnx"
    trainer = pipeline.train(data, tmp_path / "run", network=NETWORK, config=CONFIG, device_name="cpu")
    config = ExportConfig(keep=0.9, prototypes_per_class=3, neighbours=2)
    classifier, test = pipeline.export(trainer, data, path, config)
    assert list(path.parent.iterdir()) == [path]
    info = modelfile.read(path)[1]
    assert classifier.info == info
    assert info.labels == data.training.classes
    assert info.classes[3].names == {"en": "cat", "uk": "кіт", "ru": "кошка"}
    assert (info.input_size, info.known_rate, info.data_fingerprint) == (32, 0.9, data.fingerprint)
    assert info.network["widths"] == [6, 8, 8]
    assert (info.training["stages"][1], info.training["precision"]) == ({"epochs": 1, "side": 32}, "float32")
    assert info.training["torch"] == torch.__version__
    assert info.scores == {
        "test": test.summary(),
        "validation": evaluate(classifier, data.validation).summary(),
    }
    assert info.scores["test"] == evaluate(Classifier(path), data.test).summary()
    novelty = classifier.raw(data.validation.pictures)[3]
    assert 0.9 <= np.mean(novelty <= info.threshold) < 1


def test_a_killed_run_is_resumed_and_each_epoch_logged_once(data: Cifar10, tmp_path: Path) -> None:
    def kill(progress: Progress) -> None:
        if (progress.epoch, progress.step) == (2, 2):
            raise KeyboardInterrupt

    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        pipeline.train(data, folder, network=NETWORK, config=CONFIG, report=kill)
    with pytest.raises(TrainingError, match="already holds a run"):
        pipeline.train(data, folder, network=NETWORK, config=CONFIG)
    seen: list[Progress] = []
    resumed = pipeline.train(data, folder, network=NETWORK, config=CONFIG, resume=True, report=seen.append)
    assert {progress.epoch for progress in seen} == {2}
    whole = pipeline.train(data, tmp_path / "whole", network=NETWORK, config=CONFIG)
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name
    lines = Run(folder, CONFIG, resume=True).lines()
    assert [(line["epoch"], line["side"]) for line in lines] == [(1, 16), (2, 32)]
    assert {"loss", "accuracy", "validation_accuracy", "pictures_per_second"} < lines[0].keys()
    assert json.loads((folder / "recipe.json").read_text())["batch_size"] == 20


def test_a_checkpoint_that_cannot_be_written_is_told(data: Cifar10, tmp_path: Path) -> None:
    (tmp_path / "run" / "state.partial").mkdir(parents=True)
    with pytest.raises(TrainingError) as caught:
        pipeline.train(data, tmp_path / "run", network=NETWORK, config=CONFIG)
    state = tmp_path / "run" / "state.safetensors"
    assert str(caught.value).startswith(
        f"The checkpoint {state} cannot be written; the one before it is intact ("
    )


def test_the_first_of_each_class_are_taken() -> None:
    data = tiny.shades(60)
    first = pipeline.first_of_each_class(data, 2)
    assert first.labels.tolist() == sorted([*range(10)] * 2)
    assert (first.pictures[0] == data.pictures[np.flatnonzero(data.labels == 0)[0]]).all()
