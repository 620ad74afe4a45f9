"""Networks that give plain logits: adapted, refused where they cannot be, and exported."""

import logging
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import onnxruntime
import torch
from torch import Tensor, nn

from tenfold.errors import TrainingError
from tenfold.networks.adapting import Adapted, adapted
from tenfold.networks.known import build
from tenfold.networks.layered import Layered
from tenfold.networks.output import Output, averaged

pytestmark = pytest.mark.train


class Plain(nn.Module):
    """Logits alone, from a linear layer."""

    pixel_mean = (1.0, 2.0, 3.0)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.fc = nn.Linear(6, 4)
        self.started = 0

    def start_from(self, pictures: Tensor) -> None:
        self.started = len(pictures)

    def forward(self, x: Tensor) -> Any:
        logits: Tensor = self.fc(self.conv(x).relu().mean(dim=(2, 3)))
        return logits


class Whole(Plain):
    def forward(self, x: Tensor) -> Any:
        return averaged(self.conv(x).relu(), self.fc)


class Doubled(Plain):
    """Logits that are not what a linear layer gave."""

    def forward(self, x: Tensor) -> Any:
        return super().forward(x) * 2


def sequential(*more: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.Flatten(), nn.Linear(6 * 36, 5), nn.ReLU(), nn.Linear(5, 4), *more
    )


def pictures(count: int = 3, side: int = 8) -> Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(0))


def refusal(network: nn.Module, classes: int = 4, side: int = 8) -> str:
    with pytest.raises(TrainingError) as caught:
        adapted(network, "mine:build", classes, side)
    return str(caught.value)


def test_a_sequential_keeps_its_names_and_weights() -> None:
    plain = sequential()
    whole = adapted(plain, "mine:build", 4, 8)
    assert isinstance(whole, Layered)
    assert whole.state_dict().keys() == plain.state_dict().keys()
    output = whole(pictures())
    assert torch.equal(output.logits, plain(pictures()))
    assert torch.equal(plain[4](output.features), output.logits)
    assert output.maps.shape == (3, 4, 1, 1)


def test_the_features_of_any_network_are_what_its_last_linear_layer_saw() -> None:
    plain = Plain()
    whole = adapted(plain, "mine:build", 4, 8)
    output = whole(pictures())
    assert isinstance(output, Output)
    assert torch.equal(output.logits, plain(pictures()))
    assert torch.equal(output.features, plain.conv(pictures()).relu().mean(dim=(2, 3)))
    assert not plain.fc._forward_hooks


def test_a_network_without_a_linear_end_gives_its_logits_as_features() -> None:
    for plain in (Doubled(), sequential(nn.ReLU())):
        output = adapted(plain, "mine:build", 4, 8)(pictures())
        assert torch.equal(output.features, output.logits)


def test_a_network_that_gives_output_is_left_as_it_is() -> None:
    whole = Whole()
    assert adapted(whole, "mine:build", 4, 8) is whole


def test_what_a_network_has_beside_its_layers_is_kept() -> None:
    plain = Plain()
    whole = adapted(plain, "mine:build", 4, 8)
    assert isinstance(whole, Adapted)
    assert whole.pixel_mean == (1.0, 2.0, 3.0)
    assert not hasattr(whole, "pixel_std")
    whole.start_from(pictures())  # type: ignore[operator]
    assert plain.started == 3


def test_adapting_changes_neither_mode_nor_statistics() -> None:
    plain = nn.Sequential(nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(192, 4), nn.Identity())
    adapted(plain, "mine:build", 4, 8)
    assert plain.training
    assert isinstance(plain[0], nn.BatchNorm2d)
    assert plain[0].num_batches_tracked == 0


def test_another_number_of_answers_is_told() -> None:
    assert refusal(sequential(), classes=10) == (
        "The network mine:build does not answer with logits of shape [N, 10] (shape [2, 4] for N = 2). "
        "Its forward gives the logits alone, or tenfold.networks.output.Output."
    )


def test_an_answer_that_is_no_tensor_is_told() -> None:
    class Pair(Plain):
        def forward(self, x: Tensor) -> Any:
            return x, x

    assert "(tuple for N = 2)" in refusal(Pair())


def test_a_size_that_it_does_not_take_is_told() -> None:
    message = refusal(sequential(), side=10)
    assert message.startswith(
        "The network mine:build does not take pictures of 10 x 10 (mat1 and mat2 shapes"
    )


@pytest.mark.parametrize(
    "fault", [ValueError("odd"), IndexError("out"), AttributeError("no x"), KeyError("k")]
)
def test_whatever_its_forward_raises_is_told(fault: Exception) -> None:
    class Odd(Plain):
        def forward(self, x: Tensor) -> Any:
            raise fault

    assert "does not take pictures of 8 x 8 (" in refusal(Odd())


@pytest.mark.parametrize(
    ("end", "word"),
    [
        (nn.Softmax(1), "softmax"),
        (nn.LogSoftmax(1), "logsoftmax"),
        (torch.sigmoid, "sigmoid"),
        (lambda x: torch.softmax(x, dim=1), "softmax"),
    ],
)
def test_probabilities_in_place_of_logits_are_told(end: Callable[[Tensor], Tensor], word: str) -> None:
    class Sure(Plain):
        def forward(self, x: Tensor) -> Any:
            return end(super().forward(x))

    assert f"The network mine:build ends in a {word} (it answers with probabilities" in refusal(Sure())


def test_a_softmax_within_a_network_is_its_own_matter() -> None:
    class Attending(Plain):
        def __init__(self) -> None:
            super().__init__()
            self.soft = nn.Softmax(1)

        def forward(self, x: Tensor) -> Any:
            return super().forward(x * self.soft(x))

    adapted(Attending(), "mine:build", 4, 8)


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_answers_with_pictures_and_classes_swapped_are_told(classes: int) -> None:
    class Turned(Plain):
        def forward(self, x: Tensor) -> Any:
            return super().forward(x)[:, :classes].T

    assert f"does not answer with logits of shape [N, {classes}]" in refusal(Turned(), classes)


def test_answers_of_another_number_format_are_told() -> None:
    class Half(Plain):
        def forward(self, x: Tensor) -> Any:
            return super().forward(x).half()

    assert "does not answer in float32 (float16)" in refusal(Half())


def test_more_answers_in_training_alone_are_told() -> None:
    class Auxiliary(Plain):
        def forward(self, x: Tensor) -> Any:
            logits = super().forward(x)
            return (logits, logits) if self.training else logits

    whole = adapted(Auxiliary(), "mine:build", 4, 8)
    with pytest.raises(TypeError, match="in training it answers with a tuple and not with logits alone"):
        whole(pictures())


def awake(network: nn.Module) -> nn.Module:
    """With norms and biases that have seen something."""
    torch.manual_seed(1)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 0.5
            nn.init.normal_(layer.weight, 1, 0.1)
            nn.init.normal_(layer.bias)
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            assert layer.bias is not None
            nn.init.normal_(layer.bias, 0, 0.1)
    with torch.no_grad():
        network.train()(torch.randn(8, 3, 32, 32) * 2 + 0.5)
    return network.eval()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sequential-6conv", "plain"])
def test_it_answers_alike_in_onnx_runtime_and_keeps_its_weights_names(name: str) -> None:
    network = awake(adapted(Plain(), "mine:build", 4, 32) if name == "plain" else build(name, 10, 32))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            network,
            (pictures(2, 32),),
            input_names=["image"],
            output_names=["logits", "features", "maps"],
            dynamic_shapes={"x": {0: torch.export.Dim("N", min=1)}},
            opset_version=20,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    held = {one.name: list(one.dims) for one in model.graph.initializer}
    for key, tensor in network.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            assert held[key] == list(tensor.shape)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"image": pictures(5, 32).numpy()})
    with torch.no_grad():
        expected = network(pictures(5, 32))
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other.numpy()).max() < 1e-4
