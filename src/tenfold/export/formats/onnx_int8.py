"""A model file whose convolutions compute with integers of 8 bits, still for ONNX Runtime.

Where that changes too many answers, the first of them stay in float.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tenfold import modelfile
from tenfold.export.formats.format import PictureClassifier, package_versions
from tenfold.export.formats.graph import exact_bytes, exact_halves
from tenfold.export.formats.quantise import Quantiser, expected_agreement, probabilities
from tenfold.inference import Classifier
from tenfold.modelfile import ModelInfo

if TYPE_CHECKING:
    import onnx

# The numbers of first layers that are tried in float, one after another: their rounding errors go through all
# others. The first answer has to be the original's for this share of pictures: what is expected from a few
# hundred is off by up to half a percent, and the receipt asks for 98.5.
_IN_FLOAT = (0, 3, 6, 12, 18, 24, 30, 36, 42)
_ALIKE = 0.992


@dataclass(frozen=True)
class OnnxInt8:
    """See `ExportFormat`."""

    name: str = "onnx-int8"
    title: str = "ONNX, 8-bit integers"
    suffix: str = "-int8.onnx"
    integer: bool = True
    extra: str = ""
    packages: tuple[str, ...] = ("onnxruntime", "onnx")

    def convert(
        self, model: Path, target: Path, calibration: Sequence[Path], trial: Sequence[Path] = ()
    ) -> None:
        classifier = Classifier(model, threads=1)
        quantiser = Quantiser(_plain(model), (_picture(classifier, file) for file in calibration))
        made = _near_enough(quantiser, [_picture(classifier, file) for file in trial])
        _store_in_fewer_bits(made.graph)
        modelfile.write(target, made.SerializeToString(), classifier.info)

    def describe(self, target: Path, info: ModelInfo) -> None:
        modelfile.write(target, modelfile.network(target), info)

    def info(self, target: Path) -> ModelInfo:
        return modelfile.read(target)[1]

    def load(self, target: Path) -> PictureClassifier:
        return Classifier(target, threads=1)

    def versions(self) -> dict[str, str]:
        return package_versions(self)


def _store_in_fewer_bits(graph: "onnx.GraphProto") -> None:
    """Store floats in 8 or 16 bits where that is exact."""
    from onnx import TensorProto, helper, numpy_helper

    made = []
    for weight in list(graph.initializer):
        name, values = weight.name, numpy_helper.to_array(weight)
        if (half := exact_halves(values)) is not None:
            weight.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
            made.append(helper.make_node("Cast", [weight.name], [name], to=TensorProto.FLOAT))
        elif (eighth := exact_bytes(values)) is not None:
            stored, scales = eighth
            whole, scale = f"{name}_whole", scales.reshape(-1, *[1] * (values.ndim - 1))
            weight.CopyFrom(numpy_helper.from_array(stored, f"{name}_byte"))
            graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
            made.append(helper.make_node("Cast", [weight.name], [whole], to=TensorProto.FLOAT))
            made.append(helper.make_node("Mul", [whole, f"{name}_scale"], [name]))
    for place, node in enumerate(made):
        graph.node.insert(place, node)


def _plain(model: Path) -> "onnx.ModelProto":
    """The network of a model file, as ONNX Runtime's tools take it."""
    import onnx

    network = onnx.load_from_string(model.read_bytes())
    del network.metadata_props[:]
    # A network that was put together from several states its operators' version several times.
    versions = {one.domain: one.version for one in network.opset_import}
    del network.opset_import[:]
    network.opset_import.extend(onnx.helper.make_opsetid(*one) for one in versions.items())
    for place, node in enumerate(network.graph.node):
        node.name = f"node_{place}"
    return network


def _picture(classifier: Classifier, file: Path) -> NDArray[np.uint8]:
    """One view of a picture, as the network is shown it."""
    return classifier.prepare(file).pixels[:1]


def _near_enough(quantiser: Quantiser, trial: Sequence[NDArray[np.uint8]]) -> "onnx.ModelProto":
    """The network with the most integer layers that agrees with the original; else the closest one."""
    original = probabilities(quantiser.network, trial)
    found = []
    for kept in _IN_FLOAT:
        if kept and kept >= len(quantiser.layers):
            break
        made = quantiser.quantised(quantiser.layers[kept:])
        alike = expected_agreement(original, probabilities(made, trial)) if trial else 1.0
        if alike >= _ALIKE:
            return made
        found.append((alike, made))
    return max(found, key=lambda one: one[0])[1]
