"""EfficientNet-Lite0 with ImageNet's weights as an ONNX graph: what `photo` and `watch` have in common.

Input `image`, uint8 `[N, 192, 192, 3]`. Outputs: `backbone_cells` `[N, 1280, 6, 6]`; `backbone_feature`
`[N, 1280]`, their mean; `imagenet` `[N, 1000]`, the logits of ImageNet's classes; `small`, uint8
`[N, 32, 32, 3]`, the same picture for a network of 32 pixels; `detail` `[N]`, how much of it is finer than
those 32 pixels, 0 to 1.
"""

import copy

import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.backbone.imagenet_classes import COUNT
from benchmarks.backbone.staging import SIDE
from tenfold.export.onnx import exported
from tenfold.networks.efficientnet_lite import EfficientNetLite, InvertedResidual
from tenfold.networks.imagenet import lite0_weights

OUTPUTS = ("backbone_cells", "backbone_feature", "imagenet", "small", "detail")

SMALL = 32
STEP = SIDE // SMALL
# A mean over 6 x 6 pixels blurs a picture that was enlarged from 32 pixels; this undoes it, by least squares
# on 300 of CIFAR-10's pictures (mean squared error 10.6 without, 1.1 with; the small network then loses
# nothing).
SHARPEN = ((0.024, -0.121, 0.024), (-0.121, 1.388, -0.121), (0.024, -0.121, 0.024))
# Share of the contrast that is finer than 6 pixels: 99 % of enlarged small pictures have less than 0.15, all
# sample photographs more than 0.18.
LEAST_DETAIL, FULL_DETAIL = 0.12, 0.20


class Front(nn.Module):
    """The graph's content."""

    sharpen: Tensor
    sums: Tensor
    lines: Tensor

    def __init__(self, network: EfficientNetLite) -> None:
        super().__init__()
        self.network = folded(network)
        self.register_buffer("sharpen", torch.tensor(SHARPEN).reshape(1, 1, 3, 3).repeat(3, 1, 1, 1))
        # Means over 6 x 6 pixels and linear enlarging as products of matrices: they are twice as fast. Their
        # whole numbers are exact as float16.
        self.register_buffer("sums", torch.eye(SMALL).repeat_interleave(STEP, dim=1))
        lines = functional.interpolate(torch.eye(SMALL)[None], scale_factor=STEP, mode="linear")[0].T
        self.register_buffer("lines", (lines * 2 * STEP).round())

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        pixels = image.permute(0, 3, 1, 2).float()
        cells = self.network.cells(pixels)
        feature = cells.mean(dim=(2, 3))
        mean = self.sums @ pixels @ self.sums.T / STEP**2
        sharp = functional.conv2d(
            functional.pad(mean, (1, 1, 1, 1), mode="replicate"), self.sharpen, groups=3
        )
        small = sharp.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
        coarse = self.lines @ mean @ self.lines.T / (2 * STEP) ** 2
        count = (3 * SIDE**2) ** 0.5
        fine = torch.linalg.vector_norm(pixels - coarse, dim=(1, 2, 3)) / count
        centred = pixels - mean.mean(dim=(2, 3), keepdim=True)
        contrast = torch.linalg.vector_norm(centred, dim=(1, 2, 3)) / count
        detail = (fine / (contrast + 4) - LEAST_DETAIL) / (FULL_DETAIL - LEAST_DETAIL)
        return cells, feature, self.network.head(feature), small, detail.clamp(0, 1)


def folded(network: EfficientNetLite) -> EfficientNetLite:
    """A copy whose norms are part of the convolutions before them, for pixels as they are."""
    network = copy.deepcopy(network).eval()
    pairs: list[tuple[nn.Module, str, str]] = [(network, "stem", "stem_norm"), (network, "last", "last_norm")]
    for block in network.blocks:
        assert isinstance(block, InvertedResidual)
        names = ("expand", "depthwise", "project") if block.expands else ("depthwise", "project")
        pairs += [(block, name, f"{name}_norm") for name in names]
    for module, conv, norm in pairs:
        setattr(module, conv, nn.utils.fuse_conv_bn_eval(getattr(module, conv), getattr(module, norm)))
        setattr(module, norm, nn.Identity())
    mean, deviation = network.pixel_mean[0], network.pixel_std[0]
    stem = network.stem
    assert stem.bias is not None
    with torch.no_grad():
        stem.weight /= deviation
        stem.bias -= mean * stem.weight.sum(dim=(1, 2, 3))
    # As "same" pads: what is outside is 0 once the mean is taken off.
    network.stem = nn.Sequential(nn.ConstantPad2d((0, 1, 0, 1), mean), _unpadded(stem))  # type: ignore[assignment]
    return network


def _unpadded(conv: nn.Conv2d) -> nn.Conv2d:
    found = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size[0], conv.stride[0])
    found.load_state_dict(conv.state_dict())
    return found


def pretrained() -> EfficientNetLite:
    """The network as it was published, with ImageNet's head."""
    network = EfficientNetLite(COUNT)
    network.start_from(torch.zeros(0))
    shapes = {"_fc.weight": network.head.weight.shape, "_fc.bias": network.head.bias.shape}
    found = lite0_weights("imagenet", shapes)
    with torch.no_grad():
        network.head.weight.copy_(found["_fc.weight"])
        network.head.bias.copy_(found["_fc.bias"])
    return network


def front() -> onnx.ModelProto:
    """The graph."""
    example = torch.zeros(2, SIDE, SIDE, 3, dtype=torch.uint8)
    return exported(Front(pretrained()), (example,), ("image",), OUTPUTS)
