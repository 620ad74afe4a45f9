"""A trained network as a serialised ONNX model with the design's input and outputs. Writes no files.

Input: `image`, uint8 `[N, S, S, 3]`. Outputs: `probabilities` `[N, K]`, `embedding` `[N, D]` of unit
length, `evidence` `[N, K, h, w]`, whose mean over the cells is the logit, `novelty` `[N]`.
"""

import copy
import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenfold.export import partial
from tenfold.modelfile import OUTPUTS
from tenfold.networks.default import DefaultNetwork

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 20


@dataclass(frozen=True, eq=False)
class Calibration:
    """What is chosen on the validation split and built into the graph.

    Attributes:
        temperature: divides the logits before the softmax.
        prototypes: float `[P, D]`, unit length: what training pictures look like in the embedding.
        neighbours: to how many nearest prototypes novelty is the mean distance.
        mix: how much one minus the highest probability adds to that distance.
    """

    temperature: float
    prototypes: Tensor
    neighbours: int
    mix: float


class ServedNetwork(nn.Module):
    """The network as it is served: normalisation folded in, calibrated, with all four outputs."""

    def __init__(self, network: nn.Module, mean: Tensor, std: Tensor, calibration: Calibration) -> None:
        super().__init__()
        # The default network's norms fold into its filters; of others only the runtime knows which do.
        folds = isinstance(network, DefaultNetwork)
        self.body = (
            fold_norms(network, mean, std) if isinstance(network, DefaultNetwork) else _on_cpu(network)
        )
        self.normalises = not folds
        if self.normalises:
            self.register_buffer("pixel_mean", mean.cpu().reshape(1, 3, 1, 1))
            self.register_buffer("pixel_std", std.cpu().reshape(1, 3, 1, 1))
        self.temperature = calibration.temperature
        self.neighbours = calibration.neighbours
        self.mix = calibration.mix
        self.register_buffer("prototypes", calibration.prototypes.T.contiguous())

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        pixels = image.permute(0, 3, 1, 2).float()
        if self.normalises:
            assert isinstance(self.pixel_mean, Tensor)
            assert isinstance(self.pixel_std, Tensor)
            # In the order in which somebody's own network gets them in training.
            pixels = ((pixels - self.pixel_mean) / self.pixel_std).contiguous()
        logits, features, maps = self.body(pixels)
        probabilities = functional.softmax(logits / self.temperature, dim=1)
        embedding = features / (features.norm(dim=1, keepdim=True) + 1e-8)
        assert isinstance(self.prototypes, Tensor)
        nearest = torch.topk(embedding @ self.prototypes, self.neighbours, dim=1).values.mean(dim=1)
        novelty = (1 - nearest) + self.mix * (1 - probabilities.amax(dim=1))
        return probabilities, embedding, maps, novelty


def _on_cpu(network: nn.Module) -> nn.Module:
    """A copy to be exported; the one in training stays where it is."""
    return copy.deepcopy(network).cpu().eval()


def fold_norms(network: DefaultNetwork, mean: Tensor, std: Tensor) -> DefaultNetwork:
    """A copy for pixels of 0 to 255 whose norms are part of the convolutions before them.

    Exact, but for rounding: each norm follows its convolution or a maximum of it, which commutes with
    a norm of positive scale; the first convolution has no padding, so it can take the normalisation.
    """
    with torch.no_grad():
        folded = DefaultNetwork(network.config)
        folded.load_state_dict({k: v.detach().cpu().clone() for k, v in network.state_dict().items()})
        folded.eval()
        mean, std = mean.cpu().reshape(1, 3, 1, 1), std.cpu().reshape(1, 3, 1, 1)
        whiten = folded.whiten
        assert whiten.bias is not None
        whiten.weight.div_(std)
        whiten.bias.sub_((whiten.weight * mean).sum(dim=(1, 2, 3)))
        for group in folded.groups:
            for conv_name, norm_name in (("conv1", "norm1"), ("conv2", "norm2")):
                conv, norm = getattr(group, conv_name), getattr(group, norm_name)
                setattr(group, conv_name, nn.utils.fuse_conv_bn_eval(conv, norm))
                setattr(group, norm_name, nn.Identity())
    return folded


def to_onnx(served: ServedNetwork, input_size: int, *, parts: bool = False) -> bytes:
    """Serialise, with the number of pictures left open.

    Args:
        parts: whether it checks that no part of a picture is missing.
    """
    example = torch.zeros(2, input_size, input_size, 3, dtype=torch.uint8)
    # Unoptimised, every weight keeps its name and form, and another training can start from the file.
    # ONNX Runtime optimises what it loads.
    model = exported(served, (example,), ("image",), OUTPUTS, optimise=not served.normalises)
    if parts:
        partial.add(model, plain=False)
    return bytes(model.SerializeToString())


def exported(
    module: nn.Module,
    examples: tuple[Tensor, ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    optimise: bool = True,
) -> "ModelProto":
    """A module as an ONNX model, with the number of pictures left open.

    Args:
        examples: of its inputs, `[2, ...]` each.
        inputs: what these are called.
        outputs: what its results are called.
        optimise: let the exporter fold what is constant.
    """
    module.eval()
    count = torch.export.Dim("N", min=1)
    with warnings.catch_warnings():
        # The exporter warns of its own internals on every call.
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            module,
            examples,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=tuple({0: count} for _ in examples),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            optimize=optimise,
            verbose=False,
        )
    assert program is not None
    model: ModelProto = program.model_proto
    graph = model.graph
    # The exporter's notes name the files of this machine; no one who gets the model needs them.
    for part in (graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    return model
