"""A model file whose convolutions compute with integers of 8 bits, still for ONNX Runtime.

Static quantisation in the QDQ form: activations without a sign, weights with one scale for each channel, the
ranges from the least and greatest value over the calibration pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tenfold import modelfile
from tenfold.export.formats.format import PictureClassifier, package_versions
from tenfold.export.formats.graph import exact_halves, integer_nodes, no_integer_layer
from tenfold.inference import Classifier
from tenfold.modelfile import ModelInfo

if TYPE_CHECKING:
    import onnx


@dataclass(frozen=True)
class OnnxInt8:
    """See `ExportFormat`."""

    name: str = "onnx-int8"
    title: str = "ONNX, 8-bit integers"
    suffix: str = "-int8.onnx"
    integer: bool = True
    extra: str = ""
    packages: tuple[str, ...] = ("onnxruntime", "onnx")

    def convert(self, model: Path, target: Path, calibration: Sequence[Path]) -> None:
        import onnx
        from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
        from onnxruntime.quantization.shape_inference import quant_pre_process

        classifier = Classifier(model, threads=1)
        network = onnx.load_from_string(model.read_bytes())
        del network.metadata_props[:]
        # A network that was put together from several states its operators' version several times.
        versions = {one.domain: one.version for one in network.opset_import}
        del network.opset_import[:]
        network.opset_import.extend(onnx.helper.make_opsetid(*one) for one in versions.items())
        for place, node in enumerate(network.graph.node):
            node.name = f"node_{place}"
        with TemporaryDirectory() as folder:
            plain, prepared, quantised = (
                Path(folder, f"{name}.onnx") for name in ("plain", "prepared", "quantised")
            )
            plain.write_bytes(network.SerializeToString())
            quant_pre_process(plain, prepared, skip_symbolic_shape=True)
            nodes = integer_nodes(onnx.load(prepared))
            if not nodes:
                raise no_integer_layer()
            quantize_static(
                prepared,
                quantised,
                _Pictures(classifier, calibration),
                quant_format=QuantFormat.QDQ,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                per_channel=True,
                calibrate_method=CalibrationMethod.MinMax,
                nodes_to_quantize=[node.name for node in nodes],
                op_types_to_quantize=sorted({node.op_type for node in nodes}),
            )
            made = onnx.load(quantised)
        _halve(made.graph)
        modelfile.write(target, made.SerializeToString(), classifier.info)

    def describe(self, target: Path, info: ModelInfo) -> None:
        modelfile.write(target, modelfile.network(target), info)

    def info(self, target: Path) -> ModelInfo:
        return modelfile.read(target)[1]

    def load(self, target: Path) -> PictureClassifier:
        return Classifier(target, threads=1)

    def versions(self) -> dict[str, str]:
        return package_versions(self)


def _halve(graph: "onnx.GraphProto") -> None:
    """Store floats in 16 bits where that is exact."""
    import onnx

    casts = []
    for weight in graph.initializer:
        half = exact_halves(onnx.numpy_helper.to_array(weight))
        if half is not None:
            name = weight.name
            weight.CopyFrom(onnx.numpy_helper.from_array(half, f"{name}_half"))
            casts.append(onnx.helper.make_node("Cast", [weight.name], [name], to=onnx.TensorProto.FLOAT))
    for place, cast in enumerate(casts):
        graph.node.insert(place, cast)


class _Pictures:
    """Calibration pictures for ONNX Runtime, as the network is shown them."""

    def __init__(self, classifier: Classifier, files: Sequence[Path]) -> None:
        self._classifier, self._files = classifier, iter(files)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """The network's input for the next picture; None after the last."""
        file = next(self._files, None)
        return None if file is None else {"image": self._classifier.prepare(file).pixels}
