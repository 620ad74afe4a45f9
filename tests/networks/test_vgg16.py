"""VGG16 for transfer: its size, what learns, and ImageNet weights from a file of torchvision's layout."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor, nn

from tenfold.errors import TrainingError
from tenfold.networks import imagenet
from tenfold.networks.known import build
from tenfold.networks.table import table_of
from tenfold.networks.vgg16 import Vgg16
from tenfold.recipes import recipe_file

pytestmark = pytest.mark.train
NARROW = (2, 3, 4, 5, 6)
# Where torchvision's VGG16 has its convolutions, and to how many filters each comes.
LAYOUT = {0: 2, 2: 2, 5: 3, 7: 3, 10: 4, 12: 4, 14: 4, 17: 5, 19: 5, 21: 5, 24: 6, 26: 6, 28: 6}
Change = Callable[[dict[str, Tensor]], Any]


def narrow(**options: Any) -> Vgg16:
    network = build("vgg16-transfer", 4, 32, widths=NARROW, **options)
    assert isinstance(network, Vgg16)
    return network


def published() -> dict[str, Tensor]:
    """Narrow weights under torchvision's names, its classifier's among them."""
    state, inputs = {}, 3
    for place, filters in LAYOUT.items():
        state[f"features.{place}.weight"] = torch.randn(filters, inputs, 3, 3)
        state[f"features.{place}.bias"] = torch.randn(filters)
        inputs = filters
    return state | {"classifier.0.weight": torch.randn(8, 6)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.pth"
    torch.save(published(), path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(TrainingError) as caught:
        narrow(weights=str(path)).start_from(torch.zeros(1))
    return str(caught.value)


def test_the_transfer_network_is_as_published() -> None:
    table = table_of("vgg16-transfer", 10, 128)
    assert table.keras_parameters == 16_814_666
    assert table.trainable == 16_814_666
    pools = [layer.output for layer in table.layers if layer.type == "MaxPool2d"]
    assert pools == [(64, 64, 64), (128, 32, 32), (256, 16, 16), (512, 8, 8), (512, 4, 4)]
    assert [layer.output for layer in table.layers][-6:] == [
        (512, 4, 4),
        (8192,),
        (256,),
        (256,),
        (256,),
        (10,),
    ]
    assert [m.p for m in narrow().modules() if isinstance(m, nn.Dropout)] == [0.5]


def test_the_transfer_recipe_is_as_published() -> None:
    recipe = recipe_file.shipped("vgg16-transfer")
    assert (recipe.side, recipe.batch_size, recipe.epochs) == (128, 512, 5)
    assert (recipe.stopping.patience, recipe.stopping.keep) == (5, "best")
    assert not recipe.options


def test_the_convolutions_may_stay_as_imagenet_taught_them() -> None:
    head = {name for name, p in narrow(trainable_blocks=0).named_parameters() if p.requires_grad}
    assert head == {"dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"}


def test_the_finetuned_network_learns_block4_and_block5_too() -> None:
    assert table_of("vgg16-finetuned", 10, 128).parameters == 16_814_666
    network = build("vgg16-finetuned", 4, 32, widths=NARROW)
    learning = {name.partition("_")[0] for name, p in network.named_parameters() if p.requires_grad}
    assert learning == {"block4", "block5", "dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"}


def test_the_files_convolutions_become_the_networks_in_order(file: Path) -> None:
    network = narrow(weights=str(file))
    head = network.get_parameter("dense1.weight").clone()
    network.start_from(torch.zeros(1))
    state = torch.load(file, weights_only=True)
    convs = [layer for layer in network if isinstance(layer, nn.Conv2d)]
    for conv, place in zip(convs, LAYOUT, strict=True):
        assert torch.equal(conv.weight, state[f"features.{place}.weight"])
        assert torch.equal(conv.bias, state[f"features.{place}.bias"])  # type: ignore[arg-type]
    assert torch.equal(network.get_parameter("dense1.weight"), head)
    assert convs[0].weight.requires_grad


def test_pictures_are_normalised_as_imagenets_were() -> None:
    assert [round(mean / 255, 3) for mean in narrow().pixel_mean] == [0.485, 0.456, 0.406]
    assert [round(std / 255, 3) for std in narrow().pixel_std] == [0.229, 0.224, 0.225]


def test_without_weights_it_starts_at_random() -> None:
    network = narrow(weights="none")
    before = network.get_parameter("block1_conv1.weight").clone()
    network.start_from(torch.zeros(1))
    assert torch.equal(network.get_parameter("block1_conv1.weight"), before)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.pop("features.28.bias"), "(nothing at features.28.bias, expected shape [6])"),
        (
            lambda state: state.update({"features.2.weight": torch.zeros(2, 2, 5, 5)}),
            "(shape [2, 2, 5, 5] at features.2.weight, expected shape [2, 2, 3, 3])",
        ),
    ],
)
def test_the_weights_of_another_network_are_told(tmp_path: Path, change: Change, words: str) -> None:
    state = published()
    change(state)
    torch.save(state, tmp_path / "other.pth")
    message = refusal(tmp_path / "other.pth")
    assert (
        f"The weights {tmp_path / 'other.pth'} are not those of VGG16 as torchvision publishes them"
        in message
    )
    assert words in message
    assert message.endswith(f"Give the file from {imagenet.URL} (528 MB).")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 no zip"])
def test_a_file_that_holds_no_weights_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.pth").write_bytes(content)
    assert f"The weights {tmp_path / 'odd.pth'} cannot be read (" in refusal(tmp_path / "odd.pth")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in refusal(tmp_path / "none.pth")


class Marker:
    """What a hostile file would make when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("unpickled",))


def test_a_file_with_code_in_it_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"features.0.weight": Marker()}, tmp_path / "hostile.pth")
    assert "cannot be read" in refusal(tmp_path / "hostile.pth")
    assert "unpickled" not in capsys.readouterr().out


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_published_file_is_fetched_once_and_verified(home: Path, file: Path) -> None:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    source = file.rename(file.with_name(f"vgg16-{digest[:8]}.pth"))
    path = imagenet.fetch(url=source.as_uri())
    assert path == home / "weights" / source.name
    assert path.read_bytes() == source.read_bytes()
    source.unlink()
    assert imagenet.fetch(url=source.as_uri()) == path


def test_another_file_is_refused_and_deleted(home: Path, file: Path) -> None:
    source = file.rename(file.with_name("vgg16-00000000.pth"))
    found = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
    with pytest.raises(TrainingError) as caught:
        imagenet.fetch(url=source.as_uri())
    assert str(caught.value) == (
        "vgg16-00000000.pth is not the published file and was deleted "
        f"(SHA-256 {found}, expected 00000000). Run the command again."
    )
    assert list((home / "weights").iterdir()) == []


def test_without_the_network_it_is_said_how_to_get_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = "http://127.0.0.1:1/vgg16-397923af.pth"
    with pytest.raises(TrainingError) as caught:
        imagenet.fetch(url=nowhere)
    message = str(caught.value)
    assert message.startswith(f"{nowhere} could not be fetched (")
    assert f"fetch vgg16-397923af.pth by other means and put it in {home / 'weights'}." in message
    assert message.endswith("A copy elsewhere is named with --weights FILE.")
    assert imagenet.URL == "https://download.pytorch.org/models/vgg16-397923af.pth"


def test_a_home_that_cannot_take_the_weights_is_told(home: Path) -> None:
    home.write_text("no folder")
    with pytest.raises(TrainingError, match=r"cannot take VGG16's weights \(Not a directory\)"):
        imagenet.fetch()
