"""Lost contrast, bent pictures, coarse pixels and JPEG. Pictures are float32 `[N, S, S, 3]`, 0 to 1."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image

from tenfold.evaluation.corruptions.sampling import Pictures, along_both, between, gaussian


def contrast(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """All levels nearer to the mean colour."""
    kept = (0.75, 0.5, 0.4, 0.3, 0.15)[level]
    mean = pictures.mean(axis=(1, 2), keepdims=True)
    return np.asarray((pictures - mean) * np.float32(kept) + mean)


def elastic_transform(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """A sheet of rubber: three points are pulled at random, then all of it bends a little."""
    reach, softness, pull = (
        (0, 0, 0.08),
        (0.05, 0.2, 0.07),
        (0.08, 0.06, 0.06),
        (0.1, 0.04, 0.05),
        (0.1, 0.03, 0.03),
    )[level]
    count, side = pictures.shape[:2]
    # Three corners of a square about the middle, as (column, row); they go to `pulled`.
    near, far = side // 2 - side // 3, side // 2 + side // 3
    corners = np.array([[far, far], [far, near], [near, near]], dtype=np.float64)
    pulled = corners + rng.uniform(-pull * side, pull * side, (count, 3, 2))
    # The affine map back: [column, row, 1] of a pixel @ back = where it is drawn from.
    back = np.linalg.solve(np.concatenate([pulled, np.ones((count, 3, 1))], axis=2), corners[None])
    rows, columns = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    here = np.stack([columns, rows, np.ones_like(rows)], axis=-1).reshape(1, -1, 3)
    drawn = (here @ back).astype(np.float32).reshape(count, side, side, 2)
    changed = between(pictures, drawn[..., 1], drawn[..., 0])
    if not reach:
        return changed
    bend = rng.uniform(-1, 1, (count, side, side, 2)).astype(np.float32)
    bend = along_both(bend, gaussian(side, softness * side, cut=3, mirrored=True)) * np.float32(reach * side)
    return between(changed, rows + bend[..., 0], columns + bend[..., 1])


def pixelate(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """Fewer pixels, shown as large ones."""
    share = (0.95, 0.9, 0.85, 0.75, 0.65)[level]
    side = pictures.shape[1]
    small = max(1, int(side * share))
    box = Image.Resampling.BOX
    return _each(pictures, lambda image: image.resize((small, small), box).resize((side, side), box))


def jpeg_compression(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """Saved as JPEG of low quality."""
    quality = (80, 65, 58, 50, 40)[level]

    def saved(image: Image.Image) -> Image.Image:
        file = BytesIO()
        image.save(file, "JPEG", quality=quality)
        return Image.open(file)

    return _each(pictures, saved)


def _each(pictures: Pictures, change: Callable[[Image.Image], Image.Image]) -> Pictures:
    """Pictures through Pillow, one by one."""
    levels = np.rint(pictures * 255).astype(np.uint8)
    changed = np.stack([np.asarray(change(Image.fromarray(one))) for one in levels])
    return changed.astype(np.float32) / np.float32(255)
