"""Muon: every direction of a filter bank learns at the same speed."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor

from tenfold.training.optimisation.muon import Muon, orthogonalise

pytestmark = pytest.mark.train


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(32, 288), (64, 576), (288, 32), (40, 120), (1, 9)])
def test_singular_values_are_pushed_towards_one(shape: tuple[int, int]) -> None:
    values = torch.linalg.svdvals(orthogonalise(random(*shape)))
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_directions_are_kept() -> None:
    matrix = random(16, 100)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    inner = u.T @ orthogonalise(matrix) @ v.T
    assert (inner - inner.diag().diag()).abs().max() < 1e-3
    assert (inner.diag() > 0.6).all()


def test_the_size_of_the_gradient_does_not_matter() -> None:
    matrix = random(16, 100)
    assert torch.allclose(orthogonalise(matrix), orthogonalise(matrix * 1e4), atol=1e-3)


def test_no_gradient_gives_no_step() -> None:
    assert torch.equal(orthogonalise(torch.zeros(4, 9)), torch.zeros(4, 9))


def test_two_steps_by_hand() -> None:
    start, gradients = random(8, 4, 3, 3), [random(8, 4, 3, 3, seed=1), random(8, 4, 3, 3, seed=2)]
    bank = start.clone().requires_grad_()
    muon = Muon([bank], lr=0.1, momentum=0.6)
    expected, momentum = start.clone(), torch.zeros_like(start)
    for gradient in gradients:
        bank.grad = gradient.clone()
        muon.step()
        momentum = 0.6 * momentum + gradient
        update = orthogonalise((gradient + 0.6 * momentum).reshape(8, -1)).reshape(start.shape)
        expected = expected * (8**0.5 / expected.norm()) - 0.1 * update
    assert torch.allclose(bank.detach(), expected, atol=1e-5)


def test_a_bank_keeps_its_length_and_one_without_gradient_is_left_alone() -> None:
    bank, other = (random(8, 4, 3, 3).mul(100).requires_grad_() for _ in range(2))
    muon = Muon([bank, other], lr=0.0, momentum=0.6)
    bank.grad = random(8, 4, 3, 3, seed=1)
    muon.step()
    assert float(bank.detach().norm()) == pytest.approx(8**0.5, rel=1e-5)
    assert torch.equal(other.detach(), random(8, 4, 3, 3).mul(100))
