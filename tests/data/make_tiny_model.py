"""Writes tiny.onnx beside this file: a real model file of a network too narrow to be right about anything.

Tests of what serves need a model file but no torch, so it is kept: `python tests/data/make_tiny_model.py`.
"""

from pathlib import Path

import torch

from tenfold import __version__, modelfile
from tenfold.datasets.cifar10 import CLASSES, NAMES
from tenfold.export.onnx import Calibration, ServedNetwork, to_onnx
from tenfold.modelfile import ClassName, ModelInfo
from tenfold.networks.default import DefaultConfig, DefaultNetwork

WIDTHS = (4, 6, 8)


def main() -> None:
    torch.manual_seed(7)
    network = DefaultNetwork(DefaultConfig(widths=WIDTHS))
    noise = torch.randint(0, 256, (100, 3, 32, 32), dtype=torch.uint8)
    mean, std = torch.full((3,), 120.0), torch.full((3,), 70.0)
    network.start_from((noise.float() - 120) / 70)
    prototypes = torch.nn.functional.normalize(torch.rand(20, WIDTHS[-1]), dim=1)
    calibration = Calibration(temperature=1.5, prototypes=prototypes, neighbours=3, mix=0.5)
    served = ServedNetwork(network, mean, std, calibration)
    with torch.no_grad():
        novelty = served.eval()(noise.permute(0, 2, 3, 1))[3]
    info = ModelInfo(
        name="tiny",
        classes=tuple(ClassName(label, NAMES[label]) for label in CLASSES),
        input_size=32,
        resize="bilinear",
        views="six",
        temperature=calibration.temperature,
        # Half of all noise is above it, half below: tests can find both.
        threshold=float(novelty.median()),
        known_rate=0.5,
        network={"name": "default", "widths": list(WIDTHS)},
        training={"epochs": 0},
        data_fingerprint="0" * 64,
        scores={},
        licence="Apache-2.0",
        tenfold_version=__version__,
    )
    modelfile.write(Path(__file__).with_name("tiny.onnx"), to_onnx(served, 32), info)


if __name__ == "__main__":
    main()
