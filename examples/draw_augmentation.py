"""Draws what augmentation makes of a picture: a row for each setting alone, and one for all together.

python examples/draw_augmentation.py PICTURE SHEET SETTING=VALUE...

for example: draw_augmentation.py ship.png sheet.png flip=random translate=0.1 rotate=15 cutout=10
Settings that mix two pictures (mixup, cutmix) mix it with its mirror image. It needs the train extra.
"""

import sys

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from tenfold import TenfoldError
from tenfold.recipes import recipe_file
from tenfold.recipes.augmentation import Augmentation
from tenfold.recipes.recipe import Recipe
from tenfold.training.augmentation.augment import Augmenter

SIDE, COLUMNS, GAP = 96, 10, 4


def settings(changes: list[str]) -> Augmentation:
    """Augmentation with these settings, all others off."""
    return recipe_file.with_changes(Recipe(), [f"augmentation.{change}" for change in changes]).augmentation


def row(picture: Tensor, augmentation: Augmentation) -> Tensor:
    """The picture as training would see it, in so many epochs; uint8 `[COLUMNS, 3, SIDE, SIDE]`."""
    augmenter, generator = Augmenter(augmentation, seed=1), torch.Generator().manual_seed(1)
    seen = []
    for epoch in range(COLUMNS):
        both = torch.stack([picture, picture.flip(-1)])
        changed = augmenter.pictures(both, torch.arange(2), epoch, generator).float()
        seen.append(augmenter.mix(changed, torch.eye(2), generator)[0][0])
    return torch.stack(seen).round().to(torch.uint8)


def main() -> None:
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    source, target, changes = sys.argv[1], sys.argv[2], sys.argv[3:]
    image = Image.open(source).convert("RGB").resize((SIDE, SIDE))
    picture = torch.from_numpy(np.array(image)).permute(2, 0, 1)
    try:
        wanted = [settings([change]) for change in changes]
        if len(changes) > 1:
            wanted.append(settings(changes))
    except TenfoldError as error:
        raise SystemExit(str(error)) from error
    rows = [row(picture, augmentation) for augmentation in wanted]
    step = SIDE + GAP
    sheet = Image.new("RGB", (COLUMNS * step - GAP, len(rows) * step - GAP), "white")
    for y, pictures in enumerate(rows):
        for x, one in enumerate(pictures):
            sheet.paste(Image.fromarray(one.permute(1, 2, 0).numpy()), (x * step, y * step))
    sheet.save(target)
    print(f"{target}: {', '.join(changes)}" + (", and all together" if len(changes) > 1 else ""))


if __name__ == "__main__":
    main()
