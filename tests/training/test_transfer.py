"""Transfer: from a run, from a model file, to other classes; and layers that stay as they are."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor, nn

from tenfold import modelfile
from tenfold.errors import ModelFileError, TrainingError
from tenfold.export.onnx import Calibration, ServedNetwork, to_onnx
from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.networks.known import build
from tenfold.training import checkpoints, transfer
from tests import tiny

pytestmark = pytest.mark.train
Teachers = Callable[[str], tuple[nn.Module, Path]]
MEAN, STD = torch.full((1, 3, 1, 1), 120.0), torch.full((1, 3, 1, 1), 60.0)


def pixels(count: int = 40) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (count, 3, 32, 32), generator=generator).float()


def narrow(classes: int = 4, seed: int = 0) -> DefaultNetwork:
    torch.manual_seed(seed)
    network = DefaultNetwork(DefaultConfig(classes=classes, widths=(6, 8, 8)))
    network.start_from((pixels() - MEAN) / STD)
    return network


def exported(network: nn.Module, path: Path) -> Path:
    """A model file of the network, but for its facts."""
    network.eval()
    with torch.no_grad():
        features = network((pixels(8) - MEAN) / STD).features
    prototypes = nn.functional.normalize(torch.rand(4, features.shape[1]), dim=1)
    served = ServedNetwork(network, MEAN, STD, Calibration(1.5, prototypes, 2, 0.25))
    modelfile.write(path, to_onnx(served, 32), modelfile.read(tiny.MODEL)[1])
    return path


def answers(network: nn.Module, mean: Tensor = MEAN, std: Tensor = STD) -> Tensor:
    with torch.no_grad():
        logits: Tensor = network.eval()((pixels(8) - mean) / std).logits
    return logits


def loaded(network: nn.Module, source: Path, mean: Tensor = MEAN, std: Tensor = STD) -> list[str]:
    sample = (pixels() - mean) / std
    return transfer.load_into(network, transfer.weights_of(source), source, sample, mean, std)


def trained(network: nn.Module) -> nn.Module:
    """The network after its norms have seen something."""
    network.train()
    with torch.no_grad():
        for _ in range(3):
            network((pixels() - MEAN) / STD)
            for layer in network.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.bias.normal_(0, 0.3)
    return network


def fresh(name: str, classes: int = 4, seed: int = 0) -> nn.Module:
    """A network before its training."""
    if name == "default":
        return narrow(classes, seed)
    torch.manual_seed(seed)
    return build(name, classes, 32)


@pytest.fixture(scope="module")
def teachers(tmp_path_factory: pytest.TempPathFactory) -> Teachers:
    """A trained network by its name, and its model file: written once, which takes a second."""
    folder = tmp_path_factory.mktemp("teachers")

    @cache
    def made(name: str) -> tuple[nn.Module, Path]:
        teacher = trained(fresh(name))
        return teacher, exported(teacher, folder / f"{name}.onnx")

    return made


@pytest.mark.parametrize("kept", ["state", "best"])
def test_a_runs_weights_are_taken_the_best_first(tmp_path: Path, kept: str) -> None:
    teacher = trained(narrow())
    for name, network in (("state", narrow(seed=5)), (kept, teacher)):
        weights = {f"network.{k}": v for k, v in network.state_dict().items()}
        checkpoints.save(tmp_path / f"{name}.safetensors", weights, {})
    pupil = narrow(seed=1)
    assert loaded(pupil, tmp_path) == []
    assert torch.equal(answers(pupil), answers(teacher))


@pytest.mark.long
@pytest.mark.slow
def test_the_default_networks_model_file_gives_the_same_answers_in_training_form(
    teachers: Teachers,
) -> None:
    teacher, path = teachers("default")
    pupil = narrow(seed=1)
    assert loaded(pupil, path) == []
    assert torch.allclose(answers(pupil), answers(teacher), atol=1e-3)
    # Norms have taken up the means that their batches will lose in training.
    assert all(
        layer.running_mean is not None and layer.running_mean.abs().max() > 1e-3
        for layer in pupil.modules()
        if isinstance(layer, nn.BatchNorm2d)
    )


@pytest.mark.slow
def test_pictures_with_other_statistics_are_no_hindrance(teachers: Teachers) -> None:
    teacher, path = teachers("default")
    pupil, mean, std = narrow(seed=1), MEAN + 30, STD * 1.5
    loaded(pupil, path, mean, std)
    assert torch.allclose(answers(pupil, mean, std), answers(teacher), atol=1e-3)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("name", ["sequential-4conv", "pycrafters-v1.3", "resnet-20"])
def test_any_networks_model_file_gives_its_weights_back(teachers: Teachers, name: str) -> None:
    teacher, path = teachers(name)
    pupil = fresh(name, seed=1)
    assert loaded(pupil, path) == []
    assert torch.allclose(answers(pupil), answers(teacher), atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["default", "sequential-4conv"])
def test_a_head_for_other_classes_learns_anew(teachers: Teachers, name: str) -> None:
    _, path = teachers(name)
    left = loaded(fresh(name, 7), path)
    assert left
    assert {one.rpartition(".")[0] for one in left} == {"head" if name == "default" else "dense2"}


def test_the_bundled_model_gives_its_weights() -> None:
    torch.manual_seed(0)
    network = build("default", 10, 32)
    assert loaded(network, modelfile.bundled("cifar10")) == []


@pytest.mark.slow
def test_another_networks_weights_are_refused(teachers: Teachers) -> None:
    _, path = teachers("sequential-4conv")
    with pytest.raises(TrainingError) as caught:
        loaded(narrow(), path)
    assert str(caught.value).startswith(
        f"The weights of {path} are of another network (there is nothing for whiten"
    )
    assert str(caught.value).endswith(
        "Train the network that it was made with: --network, and the same options."
    )


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as caught:
        transfer.weights_of(tmp_path)
    assert str(caught.value) == (
        f"The folder {tmp_path} holds no run to start from. "
        "Name a run's folder (`tenfold runs` lists them) or a model file."
    )


@pytest.mark.parametrize("content", [None, b"no model"])
def test_a_file_that_is_no_model_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        transfer.weights_of(path)
    assert str(caught.value).startswith(f"The model file {path} ")


def test_layers_before_the_named_one_are_frozen() -> None:
    network = build("sequential-6conv", 4, 32)
    frozen = transfer.freeze(network, "conv3")
    learning = {name for name, p in network.named_parameters() if p.requires_grad}
    assert "conv2.weight" not in learning
    assert "norm2.weight" not in learning
    assert {"conv3.weight", "norm3.weight", "dense1.weight"} <= learning
    assert network.get_submodule("norm2") in frozen


def test_a_group_of_layers_can_be_named() -> None:
    network = narrow()
    transfer.freeze(network, "groups.2")
    assert not network.get_parameter("groups.1.conv2.weight").requires_grad
    assert network.get_parameter("groups.2.conv1.weight").requires_grad


def test_a_layer_that_is_not_there_is_told() -> None:
    with pytest.raises(TrainingError) as caught:
        transfer.freeze(build("sequential-6conv", 4, 32), "conv9")
    assert str(caught.value).startswith(
        "The layer 'conv9' is not in this network (it has conv1, norm1, conv2,"
    )
    assert str(caught.value).endswith(
        "Name one of these with --freeze-until; `tenfold network show` lists them."
    )


def test_each_class_takes_its_own_row_of_the_head_along_wherever_it_stands() -> None:
    theirs, mine = ("bird", "cat", "frog"), ("ape", "bird", "frog", "newt")
    teacher, pupil = trained(narrow(3)), narrow(4, seed=1)
    own = pupil.head.weight.detach().clone()
    transfer.take_classes(pupil, teacher, mine, theirs)
    shared = answers(pupil)[:, [1, 2]]
    assert torch.allclose(shared, answers(teacher)[:, [0, 2]], atol=1e-5)
    assert torch.equal(pupil.head.weight[[0, 3]], own[[0, 3]])


def test_the_classes_of_a_model_file_and_of_a_run_are_told(tmp_path: Path) -> None:
    assert transfer.classes_of(tiny.MODEL) == modelfile.read(tiny.MODEL)[1].labels
    assert transfer.classes_of(tmp_path) == ()
    (tmp_path / "data.json").write_text('{"classes": ["a", "b"]}')
    assert transfer.classes_of(tmp_path) == ("a", "b")
