"""The head on the backbone's feature, and how it goes together with other knowledge. Knows no data.

The logarithms of what each kind says are added (a product of experts, Hinton 2002).
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Floats = NDArray[np.float32]
OUTPUTS = ("probabilities", "embedding", "evidence", "novelty")
# The length of a feature before it is brought to unit length, on average: it keeps the head's weights of
# usual size.
SCALE = 19.5
# How much the logarithm of ImageNet's classes weighs where a picture has no more detail than 32 pixels: there
# they help least. Where a picture is all detail every kind counts alike.
IMAGENET_WEIGHT = 0.5
# Below it the head is sure that a picture is none of the classes.
SURELY_NOTHING = 0.1
# A probability is taken to be at least so much before its logarithm is taken.
FLOOR = 1e-4
# The share of known pictures that "none of these" may not touch.
KNOWN_RATE = 0.95


@dataclass(frozen=True, eq=False)
class Head:
    """Softmax regression on unit features with a class more, of everything else. weights `[K + 1, 1280]`."""

    weights: Floats
    bias: Floats


@dataclass(frozen=True)
class Mix:
    """How the kinds are put together. unnamed: classes of ours for which ImageNet has none."""

    small_weight: float
    temperature: float
    unnamed: tuple[int, ...] = ()


class Combine(nn.Module):
    """The front's outputs, and those of a small model where there is one, become the model file's outputs."""

    head_weight: Tensor
    head_bias: Tensor
    imagenet_weights: Tensor
    folds: Tensor

    def __init__(
        self, head: Head, imagenet: Tensor, folds: Tensor, mix: Mix, small_temperature: float = 1
    ) -> None:
        super().__init__()
        self.mix, self.small_temperature = mix, small_temperature
        self.register_buffer("head_weight", torch.from_numpy(head.weights))
        self.register_buffer("head_bias", torch.from_numpy(head.bias))
        self.register_buffer("imagenet_weights", imagenet)
        self.register_buffer("folds", folds)
        self.used = folds.sum(dim=0).nonzero()[:, 0].tolist()

    def forward(
        self,
        cells: Tensor,
        feature: Tensor,
        imagenet_logits: Tensor,
        detail: Tensor,
        small: Tensor | None = None,
        small_evidence: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        length = feature.norm(dim=1, keepdim=True) + 1e-8
        embedding = feature / length
        learned = functional.softmax(
            functional.linear(SCALE * embedding, self.head_weight, self.head_bias), dim=1
        )
        classes = learned.shape[1] - 1
        inside = 1 - learned[:, classes]
        thousand = functional.softmax(imagenet_logits, dim=1)
        folded = thousand @ self.folds.T
        within = learned[:, :classes] / (inside[:, None] + 1e-8)
        imagenet_weight, small_weight = weights(detail, self.mix.small_weight)
        logits = pooled(within, folded, imagenet_weight)
        if small is not None:
            logits = logits + small_weight * (small + FLOOR).log()
        probabilities = functional.softmax(logits / self.mix.temperature, dim=1)
        imagenet = named(folded, learned, self.mix.unnamed)
        novelty = 1 - probabilities.amax(dim=1) * known(detail, imagenet, inside).sqrt()
        # Each kind's class activation maps, weighed as its logarithm is. ImageNet's classes of a fold count
        # by how probable they are.
        # The head's weights stand once in the file: an improvement replaces them (workflows/improve/head.py).
        maps = torch.einsum("kd,ndhw->nkhw", self.head_weight, cells)
        head_maps = SCALE * maps[:, :classes] / length[:, :, None, None]
        share = thousand[:, None, self.used] * self.folds[None, :, self.used] / (folded[:, :, None] + 1e-8)
        fold_weights = share @ self.imagenet_weights[self.used]
        fold_maps = torch.einsum("nkd,ndhw->nkhw", fold_weights, cells)
        evidence = head_maps + imagenet_weight[:, :, None, None] * fold_maps
        if small_evidence is not None:
            small_maps = functional.interpolate(small_evidence, size=cells.shape[2:], mode="bilinear")
            evidence = evidence + small_weight[:, :, None, None] / self.small_temperature * small_maps
        return probabilities, embedding, evidence / self.mix.temperature, novelty


def weights(detail: Tensor, small_weight: float) -> tuple[Tensor, Tensor]:
    """What ImageNet's classes and the small network weigh beside the head, `[N, 1]` each."""
    share = detail[:, None]
    return share + (1 - share) * IMAGENET_WEIGHT, share + (1 - share) * small_weight


def named(folded: Tensor, learned: Tensor, unnamed: tuple[int, ...]) -> Tensor:
    """How much ImageNet's classes leave for ours, `[N]`.

    It is their sum. Of the rest, as much is left as the head gives to classes of ours that ImageNet has not.
    """
    found = folded.sum(dim=1)
    return found + (1 - found) * learned[:, list(unnamed)].sum(dim=1) if unnamed else found


def known(detail: Tensor, imagenet: Tensor, inside: Tensor) -> Tensor:
    """How much a picture is one of the classes, 0 to 1, `[N]`.

    Where it has detail, what ImageNet's classes leave for ours (`imagenet`), unless the head is sure that it
    is nothing; else what the head says (`inside`).
    """
    detailed = imagenet * (inside / SURELY_NOTHING).clamp(0, 1)
    return (detail * detailed + (1 - detail) * inside).clamp(min=0)


def pooled(learned: Tensor, folded: Tensor, imagenet_weight: Tensor) -> Tensor:
    """The logits of the head and of ImageNet's classes together, `[N, K]` each."""
    return (learned + FLOOR).log() + imagenet_weight * (folded + 10 * FLOOR).log()


def fit(
    known: Floats,
    labels: NDArray[np.int64],
    others: Floats,
    decay: float,
    classes: int,
    *,
    balanced: bool = False,
    start: Head | None = None,
) -> Head:
    """Softmax regression by L-BFGS; everything else is a class of its own (background class).

    Args:
        balanced: whether all classes count alike, however many pictures they have.
        start: where to start from; it is faster near the end.
    """
    x = torch.from_numpy(unit(np.concatenate([known, others])) * SCALE)
    y = torch.from_numpy(np.concatenate([labels, np.full(len(others), classes)]))
    weights, bias = torch.zeros(classes + 1, x.shape[1]), torch.zeros(classes + 1)
    if start is not None:
        weights, bias = torch.from_numpy(start.weights.copy()), torch.from_numpy(start.bias.copy())
    weights.requires_grad_()
    bias.requires_grad_()
    of_class = torch.ones(classes + 1)
    if balanced:
        of_class[:classes] = len(labels) / classes / torch.from_numpy(np.bincount(labels))
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=200, line_search_fn="strong_wolfe")

    def cost() -> float:
        optimiser.zero_grad()
        loss = functional.cross_entropy(x @ weights.T + bias, y, of_class) + decay * weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    optimiser.step(cost)  # type: ignore[no-untyped-call]
    return Head(weights.detach().numpy(), bias.detach().numpy())


def unit(found: Floats) -> Floats:
    """Rows of unit length."""
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def answers(head: Head, found: Floats) -> Floats:
    """The head's probabilities `[N, K + 1]`."""
    logits = torch.from_numpy(SCALE * unit(found) @ head.weights.T + head.bias)
    return np.asarray(functional.softmax(logits, dim=1).numpy())
