"""Where cifar10-small starts: the bundled cifar10 with fewer channels, behind a whitening that bears noise.

Of the last two groups of convolutions those channels go whose removal changes the next layer's answers least
(after Molchanov et al. 2019, arXiv 1906.10771, with the answers' size in place of the gradient), measured on
training pictures. The whitened directions are made as strong as the larger epsilon of the network has them.
What this costs in accuracy the training afterwards has to win back.

    python -m benchmarks.models.narrower RUN
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.record import DATA
from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.networks.default import DefaultNetwork
from tenfold.networks.known import build
from tenfold.networks.whitening import whitening_filters
from tenfold.runs.run import Run
from tenfold.training import checkpoints, transfer

PICTURES = 2000


@torch.no_grad()
def narrowed(network: DefaultNetwork, pictures: Tensor, width: int) -> dict[str, Tensor]:
    """The weights of the network with `width` channels in its last two groups."""
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    layers = [f"groups.{group}.conv{conv}" for group in (1, 2) for conv in (1, 2)]
    for layer, following in zip(layers, [*layers[1:], "head"], strict=True):
        norm, after = layer.replace("conv", "norm"), f"{following}.weight"
        # Without its mean, which the next norm takes away.
        spread = functional.gelu(_answers(network, norm, pictures)).var(dim=(0, 2, 3))
        strength = network.state_dict()[after].transpose(0, 1).flatten(1).square().sum(dim=1)
        kept = (spread * strength).topk(width).indices.sort().values
        for name in [n for n in weights if n.startswith((f"{layer}.", f"{norm}.")) and weights[n].ndim]:
            weights[name] = weights[name][kept]
        weights[after] = weights[after][:, kept]
    weights["head.weight"] *= (width / network.config.widths[2]) ** 0.5
    return weights


def _answers(network: DefaultNetwork, layer: str, pictures: Tensor) -> Tensor:
    found: list[Tensor] = []
    hook = network.get_submodule(layer).register_forward_hook(lambda _, __, output: found.append(output))
    network(pictures)
    hook.remove()
    return found[0]


@torch.no_grad()
def softened(weights: dict[str, Tensor], pictures: Tensor, before: float, after: float) -> None:
    """Replace the whitening by one with a larger epsilon, and let the next layer make up for it."""
    old, new = (whitening_filters(pictures, epsilon) for epsilon in (before, after))
    share = (new.flatten(1).norm(dim=1) / old.flatten(1).norm(dim=1))[:, None, None, None]
    weights["whiten.weight"] *= share
    weights["whiten.bias"] *= share.flatten()
    weights["groups.0.conv1.weight"] /= share.transpose(0, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = Run(parser.parse_args().run)
    pixels = torch.from_numpy(cifar10.load_train(DATA).pictures[:PICTURES]).permute(0, 3, 1, 2).float()
    mean, std = (one[:, None, None] for one in (pixels.mean(dim=(0, 2, 3)), pixels.std(dim=(0, 2, 3))))
    pictures = (pixels - mean) / std
    network = build("default", 10, 32)
    assert isinstance(network, DefaultNetwork)
    source = modelfile.bundled("cifar10")
    transfer.load_into(network, transfer.weights_of(source), source, pictures, mean[None], std[None])
    network.eval()
    small = build("cifar10-small", 10, 32)
    assert isinstance(small, DefaultNetwork)
    weights = narrowed(network, pictures, small.config.widths[2])
    softened(weights, pictures, network.config.epsilon, small.config.epsilon)
    small.load_state_dict(weights)
    run.folder.mkdir(parents=True, exist_ok=True)
    run.data_file.write_text('{"classes": []}')
    checkpoints.save(run.best_file, {f"network.{name}": tensor for name, tensor in weights.items()}, {})


if __name__ == "__main__":
    main()
