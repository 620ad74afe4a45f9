"""Filters that whiten small patches of pictures. Knows no network."""

import torch
from torch import Tensor


@torch.no_grad()
def whitening_filters(pictures: Tensor, epsilon: float) -> Tensor:
    """The eigenvectors of 2 x 2 patches, scaled to equal strength, and their negatives: `[24, 3, 2, 2]`.

    Args:
        pictures: float `[N, 3, H, W]`, normalised; some thousand are enough.
        epsilon: added to the eigenvalues, so that faint directions are not blown up.
    """
    patches = pictures.unfold(2, 2, 1).unfold(3, 2, 1).permute(0, 2, 3, 1, 4, 5).reshape(-1, 12)
    values, vectors = torch.linalg.eigh(patches.T.double() @ patches.double() / len(patches))
    filters = (vectors / (values + epsilon).sqrt()).T.flip(0).reshape(12, 3, 2, 2).float()
    return torch.cat([filters, -filters])
