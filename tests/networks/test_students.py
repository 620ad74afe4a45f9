"""The five student networks: every published total, and the shapes on the way."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import nn

from tenfold.errors import TrainingError
from tenfold.networks import known
from tenfold.networks.table import LayerTable, table_of

pytestmark = pytest.mark.train
STUDENTS = ("sequential-6conv", "sequential-4conv", "pycrafters-v1.3", "cifar10-wide", "ml-cnn")


def parameters(table: LayerTable, kind: str) -> list[int]:
    return [layer.parameters for layer in table.layers if layer.type == kind]


def shapes(table: LayerTable, start: str) -> list[tuple[int, ...]]:
    return [layer.output for layer in table.layers if layer.name.startswith(start)]


def order(table: LayerTable) -> str:
    """The layers in a word: convolution, ReLU, norm, pool, Dropout, flatten, dense (W)."""
    letters = {"Conv2d": "c", "ReLU": "r", "MaxPool2d": "p", "Dropout": "D", "Flatten": "f", "Linear": "W"}
    return "".join(letters.get(layer.type, "n") for layer in table.layers)


def test_sequential_6conv_is_as_published() -> None:
    table = table_of("sequential-6conv", 10, 32)
    assert table.keras_parameters == 552_362
    assert parameters(table, "Conv2d") == [896, 9_248, 18_496, 36_928, 73_856, 147_584]
    assert parameters(table, "Linear") == [262_272, 1_290]
    assert shapes(table, "flatten") == [(2048,)]
    assert order(table) == "crncrnpD" * 3 + "fWrDW"


def test_sequential_6conv_costs_what_one_computes_by_hand() -> None:
    # filters x (inputs x 3 x 3) x pixels, then inputs x outputs
    convolutions = [
        32 * (3 * 9) * 32**2,
        32 * (32 * 9) * 32**2,
        64 * (32 * 9) * 16**2,
        64 * (64 * 9) * 16**2,
        128 * (64 * 9) * 8**2,
        128 * (128 * 9) * 8**2,
    ]
    expected = sum(convolutions) + 2048 * 128 + 128 * 10
    assert table_of("sequential-6conv", 10, 32).multiply_adds == expected == 38_896_896


def test_sequential_4conv_has_two_blocks_without_norms_and_a_dense_layer_of_512() -> None:
    table = table_of("sequential-4conv", 10, 32)
    assert parameters(table, "Conv2d") == [896, 9_248, 18_496, 36_928]
    assert parameters(table, "Linear") == [(64 * 8 * 8 + 1) * 512, 5_130]
    assert table.keras_parameters == 2_168_362
    assert order(table) == "crcrpD" * 2 + "fWrDW"


def test_the_other_reading_of_sequential_4conv_is_that_of_keras_own_example() -> None:
    table = table_of("sequential-4conv", 10, 32, same="first")
    assert table.keras_parameters == 1_250_858
    assert shapes(table, "conv") == [(32, 32, 32), (32, 30, 30), (64, 15, 15), (64, 13, 13)]
    assert shapes(table, "flatten") == [(64 * 6 * 6,)]
    with pytest.raises(TrainingError, match=r"\(same is 'most'\). It can be all or first."):
        known.build("sequential-4conv", 10, 32, same="most")


def test_pycrafters_is_as_published() -> None:
    table = table_of("pycrafters-v1.3", 10, 32)
    assert table.keras_parameters == 187_402
    assert table.trainable == 186_826
    assert parameters(table, "Conv2d") == [896, 18_496, 73_856, 73_792]
    assert order(table) == "crnD" + "crnp" * 3 + "DfWrDW"


# What is published of each network's shapes, layer by layer: channels x height x width, or units.
SHAPES = {
    "sequential-6conv": [(32, 32, 32)] * 6 + [(32, 16, 16)] * 2 + [(64, 16, 16)] * 6 + [(64, 8, 8)] * 2
    + [(128, 8, 8)] * 6 + [(128, 4, 4)] * 2 + [(2048,)] + [(128,)] * 3 + [(10,)],
    "sequential-4conv": [(32, 32, 32)] * 4 + [(32, 16, 16)] * 2 + [(64, 16, 16)] * 4 + [(64, 8, 8)] * 2
    + [(4096,)] + [(512,)] * 3 + [(10,)],
    "pycrafters-v1.3": [(32, 30, 30)] * 4 + [(64, 28, 28)] * 3 + [(64, 14, 14)] + [(128, 14, 14)] * 3
    + [(128, 7, 7)] + [(64, 5, 5)] * 3 + [(64, 1, 1)] * 2 + [(64,)] + [(256,)] * 3 + [(10,)],
    "cifar10-wide": [(32, 32, 32)] * 3 + [(64, 32, 32)] * 6 + [(64, 16, 16)] * 2 + [(128, 16, 16)] * 6
    + [(128, 8, 8)] * 2 + [(8192,)] + [(2048,)] * 4 + [(1024,)] * 4 + [(512,)] * 4 + [(10,)],
    "ml-cnn": [(32, 32, 32)] * 6 + [(32, 16, 16)] * 2 + [(64, 16, 16)] * 6 + [(64, 8, 8)] * 2
    + [(128, 8, 8)] * 6 + [(128, 4, 4)] * 2 + [(2048,)] + [(128,)] * 3 + [(10,)],
}  # fmt: skip


@pytest.mark.parametrize("name", STUDENTS)
def test_every_layer_gives_the_published_shape(name: str) -> None:
    assert [layer.output for layer in table_of(name, 10, 32).layers] == SHAPES[name]


def test_pycrafters_costs_what_one_computes_by_hand() -> None:
    convolutions = [
        32 * (3 * 9) * 30**2,
        64 * (32 * 9) * 28**2,
        128 * (64 * 9) * 14**2,
        64 * (128 * 9) * 5**2,
    ]
    assert table_of("pycrafters-v1.3", 10, 32).multiply_adds == sum(convolutions) + 64 * 256 + 2560


def test_cifar10_wide_has_its_three_dense_layers_normed() -> None:
    table = table_of("cifar10-wide", 10, 32)
    assert parameters(table, "Conv2d") == [896, 18_496, 36_928, 73_856, 147_584]
    assert parameters(table, "Linear") == [8193 * 2048, 2049 * 1024, 1025 * 512, 5_130]
    assert order(table) == "crn" + "crncrnpD" * 2 + "f" + "WrnD" * 3 + "W"
    rates = [m.p for m in known.build("cifar10-wide", 10, 32).modules() if isinstance(m, nn.Dropout)]
    assert rates == [0, 0, 0.5, 0.5, 0.5]


def test_ml_cnn_has_pairs_of_convolutions_and_rising_dropout() -> None:
    table = table_of("ml-cnn", 10, 32)
    assert table.keras_parameters == 552_362
    assert order(table) == "crncrnpD" * 3 + "fWrDW"
    rates = [m.p for m in known.build("ml-cnn", 10, 32).modules() if isinstance(m, nn.Dropout)]
    assert rates == [0.2, 0.3, 0.4, 0.5]


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDENTS)
@pytest.mark.parametrize(("classes", "side"), [(2, 32), (37, 48)])
def test_any_classes_and_larger_pictures_are_taken(name: str, classes: int, side: int) -> None:
    network = known.build(name, classes, side).eval()
    with torch.no_grad():
        output = network(torch.zeros(2, 3, side, side))
    assert output.logits.shape == (2, classes)
    assert torch.equal(output.maps, output.logits[:, :, None, None])
    head = [layer for layer in network.modules() if isinstance(layer, nn.Linear)][-1]
    assert torch.allclose(head(output.features), output.logits)


@pytest.mark.parametrize(("name", "least"), [("sequential-6conv", 8), ("pycrafters-v1.3", 28)])
def test_pictures_that_are_too_small_are_told(name: str, least: int) -> None:
    assert table_of(name, 10, least).layers
    with pytest.raises(TrainingError) as caught:
        known.build(name, 10, least - 1)
    assert str(caught.value) == (
        f"The network {name} needs larger pictures (at a side of {least - 1} pixels nothing is left for its "
        "later layers). Choose a larger side."
    )
