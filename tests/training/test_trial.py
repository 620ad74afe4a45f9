"""Networks of one's own are tried before the first epoch, as training and the model file will use them."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor, nn

from tenfold.errors import TrainingError
from tenfold.export.trial import check_exportable
from tenfold.networks.adapting import adapted
from tenfold.recipes.recipe import Recipe
from tenfold.training.trial import check_trainable

pytestmark = [pytest.mark.train, pytest.mark.slow]
NAME = "mine:build"
RECIPE = Recipe(network=NAME, curriculum=())


class Flat(nn.Module):
    """Convolutions, flattened in a way of its own, and a linear layer."""

    def __init__(self, flatten: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.conv, self.flatten = nn.Conv2d(3, 4, 3, padding=1), flatten
        self.fc = nn.Linear(4 * 32 * 32, 3)

    def forward(self, x: Tensor) -> Any:
        logits: Tensor = self.fc(self.flatten(self.conv(x).relu()))
        return logits


def own(flatten: Callable[[Tensor], Tensor]) -> nn.Module:
    return adapted(Flat(flatten), NAME, 3, 32)


def refusal(network: nn.Module) -> str:
    with pytest.raises(TrainingError) as caught:
        check_exportable(network, NAME, 32)
    return str(caught.value)


def test_filters_that_cannot_lie_channels_last_are_left_as_pytorch_has_them() -> None:
    assert check_trainable(own(lambda x: x.flatten(1)), RECIPE, 3) == torch.channels_last
    assert check_trainable(own(lambda x: x.view(x.size(0), -1)), RECIPE, 3) == torch.contiguous_format


@pytest.mark.long
@pytest.mark.parametrize(
    "flatten", [lambda x: x.flatten(1), lambda x: x.view(x.size(0), -1), lambda x: x.reshape(x.shape[0], -1)]
)
def test_what_can_become_a_model_file_may_train(flatten: Callable[[Tensor], Tensor]) -> None:
    check_exportable(own(flatten), NAME, 32)


@pytest.mark.parametrize(
    "flatten", [lambda x: x.view(len(x), -1), lambda x: torch.stack([p.ravel() for p in x])]
)
def test_a_number_of_pictures_that_became_a_constant_is_told(flatten: Callable[[Tensor], Tensor]) -> None:
    assert refusal(own(flatten)) == (
        "The network mine:build cannot become a model file (it takes 2 pictures and not 1). "
        "Let no number of pictures become a constant: x.shape[0] instead of len(x), and no loop."
    )


def test_steps_that_depend_on_the_picture_are_told(capfd: pytest.CaptureFixture[str]) -> None:
    message = refusal(own(lambda x: (x if x.sum() > 0 else -x).flatten(1)))
    assert "cannot become a model file (" in message
    assert "test_trial.py line " in message
    assert "may not depend on what is in a picture" in message
    assert capfd.readouterr() == ("", "")


def test_an_answer_that_changes_from_time_to_time_is_told() -> None:
    message = refusal(own(lambda x: 100 * torch.randn_like(x).flatten(1)))
    assert "(ONNX Runtime answers otherwise than torch)" in message


@pytest.mark.quick
def test_a_network_without_anything_to_learn_is_told() -> None:
    network = own(lambda x: x.flatten(1))
    network.requires_grad_(False)
    with pytest.raises(TrainingError, match="mine:build has nothing that could learn"):
        check_trainable(network, RECIPE, 3)
