"""Changes of a picture's levels: brightness, contrast, saturation, sharpness, histograms, fewer levels.

All functions take and return uint8 `[N, 3, H, W]`, on any device, and agree with Pillow's ImageEnhance and
ImageOps of the same name to one level. Their arguments for each picture are `[N]`. They use no random
numbers.
"""

import torch
from torch import Tensor
from torch.nn import functional

# Pillow's weights of red, green and blue in grey (ITU-R 601-2), and its smoothing filter.
_GREY_WEIGHTS = (0.299, 0.587, 0.114)
_SMOOTH = (1 / 13, 1 / 13, 1 / 13, 1 / 13, 5 / 13, 1 / 13, 1 / 13, 1 / 13, 1 / 13)


def brightness(pictures: Tensor, factors: Tensor) -> Tensor:
    """Multiply all levels: 0 is black, 1 changes nothing."""
    return _levels(pictures.float() * _each(factors, pictures))


def contrast(pictures: Tensor, factors: Tensor) -> Tensor:
    """Move levels away from the picture's mean grey: 0 is that grey, 1 changes nothing."""
    source = pictures.float()
    mean = _grey(source).round().mean(dim=(2, 3), keepdim=True).round()
    return _levels(torch.lerp(mean, source, _each(factors, pictures)))


def saturation(pictures: Tensor, factors: Tensor) -> Tensor:
    """Move colours away from grey: 0 is a grey picture, 1 changes nothing."""
    source = pictures.float()
    return _levels(torch.lerp(_grey(source).round(), source, _each(factors, pictures)))


def sharpness(pictures: Tensor, factors: Tensor) -> Tensor:
    """Move a picture away from a smoothed one: 0 is smooth, 1 changes nothing. The outermost pixels stay."""
    source = pictures.float()
    count, channels, height, width = pictures.shape
    kernel = torch.tensor(_SMOOTH, device=pictures.device).reshape(1, 1, 3, 3)
    smooth = functional.conv2d(source.reshape(-1, 1, height, width), kernel)
    blurred = source.clone()
    blurred[:, :, 1:-1, 1:-1] = smooth.reshape(count, channels, height - 2, width - 2).round()
    return _levels(torch.lerp(blurred, source, _each(factors, pictures)))


def jitter(pictures: Tensor, bright: Tensor, contrasts: Tensor, saturations: Tensor) -> Tensor:
    """Brightness, then contrast, then saturation, rounded once."""
    levels = (pictures.float() * _each(bright, pictures)).clamp_(0, 255)
    mean = _grey(levels).mean(dim=(2, 3), keepdim=True)
    levels = torch.lerp(mean, levels, _each(contrasts, pictures)).clamp_(0, 255)
    return _levels(torch.lerp(_grey(levels), levels, _each(saturations, pictures)))


def solarise(pictures: Tensor, thresholds: Tensor) -> Tensor:
    """Invert the levels from the threshold, 0 to 256, upwards."""
    return torch.where(pictures >= _each(thresholds, pictures), 255 - pictures, pictures)


def posterise(pictures: Tensor, bits: Tensor) -> Tensor:
    """Keep `bits` of the eight bits of a level, 1 to 8."""
    masks = 256 - 2 ** (8 - bits.long())
    return pictures & masks.to(torch.uint8).to(pictures.device)[:, None, None, None]


def autocontrast(pictures: Tensor) -> Tensor:
    """Stretch each colour to the whole range; a colour of one level stays."""
    source = pictures.float()
    low, high = source.amin(dim=(2, 3), keepdim=True), source.amax(dim=(2, 3), keepdim=True)
    stretched = ((source - low) * (255 / (high - low).clamp_min(1))).to(torch.uint8)
    return torch.where(high > low, stretched, pictures)


def equalise(pictures: Tensor) -> Tensor:
    """Give each colour an even histogram, by Pillow's rule in whole numbers."""
    count, channels, height, width = pictures.shape
    values = pictures.reshape(count * channels, -1).long()
    rows = torch.arange(len(values), device=pictures.device)[:, None]
    counts = torch.bincount((values + 256 * rows).flatten(), minlength=256 * len(values)).reshape(-1, 256)
    last = counts.gather(1, values.amax(dim=1, keepdim=True))
    step = (height * width - last) // 255
    before = counts.cumsum(1) - counts
    table = torch.where(
        step > 0,
        ((before + step // 2) // step.clamp_min(1)).clamp(0, 255),
        torch.arange(256, device=pictures.device),
    )
    return table.gather(1, values).to(torch.uint8).reshape(pictures.shape)


def _each(values: Tensor, pictures: Tensor) -> Tensor:
    """`[N]` to `[N, 1, 1, 1]`, where the pictures are."""
    return values.to(pictures.device)[:, None, None, None]


def _grey(pictures: Tensor) -> Tensor:
    red, green, blue = _GREY_WEIGHTS
    grey = red * pictures[:, 0] + green * pictures[:, 1] + blue * pictures[:, 2]
    return grey[:, None]


def _levels(values: Tensor) -> Tensor:
    return values.add_(0.5).clamp_(0, 255).to(torch.uint8)
