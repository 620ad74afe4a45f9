"""The exported network answers as the one that was trained, through ONNX Runtime."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import tenfold
from tenfold.evaluation import novelty
from tenfold.evaluation.calibration import softmax
from tenfold.export.onnx import Calibration, ServedNetwork, fold_norms, to_onnx
from tenfold.modelfile import OUTPUTS
from tenfold.networks.default import DefaultConfig, DefaultNetwork

pytestmark = pytest.mark.train
MEAN, STD = torch.tensor([125.0, 122.0, 113.0]), torch.tensor([63.0, 62.0, 66.0])
TEMPERATURE, NEIGHBOURS, MIX = 1.7, 3, 0.4


def pixels(count: int = 6, seed: int = 0) -> Tensor:
    return torch.randint(
        0, 256, (count, 32, 32, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed)
    )


def normalised(image: Tensor) -> Tensor:
    return ((image.float() - MEAN) / STD).permute(0, 3, 1, 2)


def trained() -> DefaultNetwork:
    """A narrow network whose norms and biases have seen something."""
    torch.manual_seed(2)
    network = DefaultNetwork(DefaultConfig(widths=(4, 6, 8)))
    network.start_from(normalised(pixels(50)))
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.bias.normal_(0, 0.3)
        for seed in range(3):
            network(normalised(pixels(50, seed)))
    return network.eval()


@dataclass
class Exported:
    network: DefaultNetwork
    served: ServedNetwork
    prototypes: Tensor
    content: bytes
    session: onnxruntime.InferenceSession

    def run(self, image: Tensor) -> list[NDArray[np.float32]]:
        return list(self.session.run(None, {"image": image.numpy()}))


@pytest.fixture(scope="module")
def exported() -> Exported:
    network = trained()
    prototypes = nn.functional.normalize(torch.rand(20, 8), dim=1)
    served = ServedNetwork(network, MEAN, STD, Calibration(TEMPERATURE, prototypes, NEIGHBOURS, MIX))
    content = to_onnx(served, 32)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return Exported(network, served, prototypes, content, session)


def test_folding_the_norms_changes_no_answer() -> None:
    network = trained()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    folded = fold_norms(network, MEAN, STD)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in folded.modules())
    with torch.no_grad():
        for one, other in zip(
            network(normalised(pixels())), folded(pixels().permute(0, 3, 1, 2).float()), strict=True
        ):
            assert torch.allclose(one, other, atol=1e-4)
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


@pytest.mark.slow
def test_the_file_has_the_input_and_outputs_of_the_design(exported: Exported) -> None:
    (image,) = exported.session.get_inputs()
    assert (image.name, image.type, image.shape[1:]) == ("image", "tensor(uint8)", [32, 32, 3])
    outputs = exported.session.get_outputs()
    assert tuple(output.name for output in outputs) == OUTPUTS
    assert {output.type for output in outputs} == {"tensor(float)"}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_number_of_pictures_is_answered_as_torch_does(exported: Exported, count: int) -> None:
    image = pixels(count, seed=count)
    with torch.no_grad():
        expected = exported.served(image)
    found = exported.run(image)
    assert [output.shape for output in found] == [(count, 10), (count, 8), (count, 10, 7, 7), (count,)]
    for one, other in zip(found, expected, strict=True):
        assert np.abs(one - other.numpy()).max() < 1e-4


def test_probabilities_are_the_trained_networks_at_the_temperature(exported: Exported) -> None:
    with torch.no_grad():
        logits, features, _ = exported.network(normalised(pixels()))
    probabilities, embedding, _, _ = exported.run(pixels())
    assert np.allclose(probabilities, softmax(logits.numpy(), TEMPERATURE), atol=1e-4)
    assert np.allclose(embedding, nn.functional.normalize(features, dim=1).numpy(), atol=1e-4)


def test_the_mean_of_the_evidence_is_the_logit(exported: Exported) -> None:
    probabilities, _, evidence, _ = exported.run(pixels())
    assert np.allclose(softmax(evidence.mean(axis=(2, 3)), TEMPERATURE), probabilities, atol=1e-4)


def test_novelty_is_what_judging_computes(exported: Exported) -> None:
    probabilities, embedding, _, found = exported.run(pixels())
    expected = novelty.novelty(embedding, probabilities, exported.prototypes.numpy(), NEIGHBOURS, MIX)
    assert np.allclose(found, expected, atol=1e-4)


def test_the_file_says_nothing_of_the_machine_that_made_it(exported: Exported) -> None:
    for trace in (str(Path(tenfold.__file__).parent), "site-packages", '.py", line', "stack_trace"):
        assert trace.encode() not in exported.content
