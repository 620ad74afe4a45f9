"""Which of ImageNet's 1,000 classes (ILSVRC 2012, numbered from 0) count as which of ours."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

# Our classes, and the numbers of ImageNet's that count as each.
ImagenetClasses = dict[str, tuple[int, ...]]

# "Deer" has no class there: hartebeest, impala and gazelle look most like it.
CIFAR10: ImagenetClasses = {
    "airplane": (404, 895),
    "automobile": (407, 436, 468, 511, 609, 627, 656, 661, 751, 817),
    "bird": (*range(7, 25), *range(80, 101), *range(127, 147)),
    "cat": tuple(range(281, 286)),
    "deer": (351, 352, 353),
    "dog": tuple(range(151, 269)),
    "frog": (30, 31, 32),
    "horse": (339,),
    "ship": (403, 472, 484, 510, 554, 576, 625, 628, 724, 780, 814, 833, 871, 913, 914),
    "truck": (555, 569, 675, 717, 864, 867),
}
# A person has no class: what people wear stands for one.
WATCH: ImagenetClasses = {
    **CIFAR10,
    "person": (
        *(400, 411, 433, 445, 452, 459, 515, 518, 529, 560, 568, 578, 601, 608, 610, 614, 617, 652, 655, 697),
        *(735, 775, 793, 808, 834, 836, 837, 841, 842, 869, 903, 906, 981, 982, 983),
    ),
    "bicycle": (444, 671),
    "motorcycle": (665, 670),
    "bus": (654, 779, 874),
    "train": (466, 547, 705, 820, 829),
    "tractor": (866,),
    "fox": (277, 278, 279, 280),
    "wolf": (269, 270, 271, 272),
}
COUNT = 1000


def folds(classes: ImagenetClasses) -> Tensor:
    """A 0-1 matrix `[K, 1000]`: a row for each of our classes, a column for each of ImageNet's."""
    found = np.zeros((len(classes), COUNT), np.float32)
    for row, members in enumerate(classes.values()):
        found[row, list(members)] = 1
    return torch.from_numpy(found)


def folded(logits: Tensor, classes: ImagenetClasses) -> Tensor:
    """What ImageNet's classes say of ours, `[N, K]`, from their logits `[N, 1000]`."""
    return functional.softmax(logits, dim=1) @ folds(classes).T
