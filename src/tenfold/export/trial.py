"""Tries before training whether somebody's own network can become a model file. Knows no pictures."""

import copy
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO

import onnxruntime
import torch
from torch import Tensor, nn

from tenfold.errors import TrainingError
from tenfold.export.onnx import Calibration, ServedNetwork, to_onnx
from tenfold.networks.adapting import told

# How far probabilities by ONNX Runtime may be from those by torch.
_CLOSE = 0.01
_WHITE = 255
# ONNX Runtime's number for messages that are errors, not warnings.
_ERRORS = 3


def check_exportable(network: nn.Module, name: str, side: int) -> None:
    """Make the model of somebody's own network as it is now, and let it answer as torch does.

    What can be trained need not fit a model file, and that would come out after the last epoch.

    Raises:
        TrainingError: there is no such model, or it answers otherwise.
    """
    pictures = torch.randint(256, (3, side, side, 3), dtype=torch.uint8)
    try:
        served = _served(network, pictures)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _ERRORS
        # Of what it cannot export the exporter prints and logs all of its own internals.
        with redirect_stderr(StringIO()), redirect_stdout(StringIO()), _silent(logging.getLogger("torch.fx")):
            model = to_onnx(served, side)
        session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])
    except Exception as reason:  # the exporter runs user code, and has many errors of its own
        cure = "The steps of its forward may not depend on what is in a picture, and have to be torch's."
        raise _no_model(name, told(reason.__cause__ or reason), cure) from reason
    for some in (pictures[:1], pictures):
        try:
            found = torch.from_numpy(session.run(["probabilities"], {"image": some.numpy()})[0])
        except Exception as reason:  # as above
            cure = "Let no number of pictures become a constant: x.shape[0] instead of len(x), and no loop."
            raise _no_model(name, f"it takes 2 pictures and not {len(some)}", cure) from reason
        with torch.no_grad():
            furthest = (found - served(some)[0]).abs().max()
        # What is no number at all is for training to report, which knows when it became so.
        if furthest > _CLOSE:
            cure = "In eval mode its answer may depend on nothing but the picture."
            raise _no_model(name, "ONNX Runtime answers otherwise than torch", cure)


@contextmanager
def _silent(log: logging.Logger) -> Iterator[None]:
    """Within it a log has nothing but what is critical."""
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


@torch.no_grad()
def _served(network: nn.Module, pictures: Tensor) -> ServedNetwork:
    """The network as it would be served, but for figures that only training knows."""
    body = copy.deepcopy(network).eval()
    features = body(pictures[:1].permute(0, 3, 1, 2).contiguous() / _WHITE).features.shape[1]
    middle = torch.full((1, 3, 1, 1), _WHITE / 2)
    return ServedNetwork(body, middle, middle, Calibration(1.0, torch.zeros(1, features), 1, 0.0)).eval()


def _no_model(name: str, received: str, cure: str) -> TrainingError:
    return TrainingError(f"The network {name}", "cannot become a model file", received=received, cure=cure)
