"""A model for LiteRT (TensorFlow Lite): one flatbuffer, and behind it a ZIP with its labels and facts.

Written from the model file's network itself: neither torch nor TensorFlow is needed.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold import modelfile
from tenfold.export.formats.format import PictureClassifier, package_versions, zipped_info
from tenfold.export.formats.graph import above, integer_nodes, no_integer_layer
from tenfold.export.formats.litert_metadata import label_files, with_metadata
from tenfold.export.formats.tflite import TfliteWriter
from tenfold.export.formats.tflite_rules import write_node
from tenfold.files import write_whole
from tenfold.inference.classifier import NetworkClassifier
from tenfold.modelfile import OUTPUTS, ModelInfo, facts

_FACTS = "tenfold.json"


@dataclass(frozen=True)
class LiteRt:
    """See `ExportFormat`; `outputs` are those that the file has."""

    name: str = "litert"
    title: str = "LiteRT"
    suffix: str = ".tflite"
    integer: bool = False
    extra: str = "litert"
    packages: tuple[str, ...] = ("ai-edge-litert",)
    outputs: tuple[str, ...] = ("probabilities",)

    def convert(
        self, model: Path, target: Path, calibration: Sequence[Path], trial: Sequence[Path] = ()
    ) -> None:
        content, info = modelfile.network(model), modelfile.read(model)[1]
        write_whole(target, converted(content, info.input_size, self.outputs, integer=self.integer))

    def describe(self, target: Path, info: ModelInfo) -> None:
        with zipfile.ZipFile(file := io.BytesIO(), "w") as added:
            # A fixed time, so that the same model gives the same bytes.
            for name, text in {**label_files(info), _FACTS: facts.dumped(info).decode()}.items():
                added.writestr(zipfile.ZipInfo(name), text)
        content = _flatbuffer(target)
        if len(self.outputs) == 1:
            content = with_metadata(content, info)
        write_whole(target, content + file.getvalue())

    def info(self, target: Path) -> ModelInfo:
        return zipped_info(target, _FACTS)

    def load(self, target: Path) -> PictureClassifier:
        from ai_edge_litert.interpreter import Interpreter

        info = self.info(target)
        return NetworkClassifier(info, _LiteRtNetwork(Interpreter(model_path=str(target), num_threads=1)))

    def versions(self) -> dict[str, str]:
        return package_versions(self)


class _LiteRtNetwork:
    """A file in its interpreter; see `tenfold.inference.classifier.Runtime`. One view at a time."""

    def __init__(self, interpreter: Any) -> None:
        interpreter.allocate_tensors()
        self._interpreter = interpreter
        self._input = interpreter.get_input_details()[0]["index"]
        self._outputs = {one["name"]: one["index"] for one in interpreter.get_output_details()}

    def run(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        rows = [self._one(view[None]) for view in inputs]
        return tuple(np.concatenate(column) for column in zip(*rows, strict=True))

    def _one(self, view: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        self._interpreter.set_tensor(self._input, view)
        self._interpreter.invoke()
        found = {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}
        classes = found["probabilities"].shape[1]
        absent = {
            "embedding": np.zeros((1, 1), np.float32),
            "evidence": np.zeros((1, classes, 1, 1), np.float32),
            "novelty": np.full(1, np.nan, np.float32),
        }
        return [(absent | found)[name] for name in OUTPUTS]


def converted(content: bytes, side: int, outputs: Sequence[str], *, integer: bool = False) -> bytes:
    """A serialised ONNX network as a flatbuffer for one picture. Raises ExportError.

    Args:
        integer: write the weights that may be so in 8 bits.
    """
    import onnx
    from onnx import helper, numpy_helper
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    network = onnx.load_from_string(content)
    for value in (*network.graph.input, *network.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    options = SessionOptions()
    options.log_severity_level = 4
    # Constants are folded, and nothing is put in place of ONNX's own operators.
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_BASIC
    graph = _folded(network, options)
    constants = {one.name: numpy_helper.to_array(one) for one in graph.graph.initializer}
    names = [name for node in graph.graph.node for name in node.output if name]
    traced = onnx.ModelProto()
    traced.CopyFrom(graph)
    del traced.graph.output[:]
    traced.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = InferenceSession(traced.SerializeToString(), options, providers=["CPUExecutionProvider"])
    picture = np.zeros((1, side, side, 3), np.uint8)
    samples = dict(zip(names, session.run(names, {"image": picture}), strict=True))
    integers = _integer_weights(graph, constants) if integer else set()
    writer = TfliteWriter(constants, {**samples, "image": picture}, integers)
    inputs = [writer.input("image", picture.shape)]
    needed = above(graph.graph, outputs)
    for node in graph.graph.node:
        if all(name in constants for name in node.input):
            # What the runtime did not fold, as a bias of zeros that is spread over its channels.
            constants.update({name: samples[name] for name in node.output if name})
        elif not needed.isdisjoint(node.output):
            write_node(writer, node, {one.name: helper.get_attribute_value(one) for one in node.attribute})
    return writer.content(inputs, {name: writer.plain(name) for name in outputs})


def _integer_weights(network: Any, constants: dict[str, NDArray[Any]]) -> set[str]:
    """The weights that are written in 8 bits. Raises ExportError where there are none.

    Those of a layer with a filter for each channel stay in float: they are few, and the runtime would compute
    it slower with integers than without.
    """
    found = {node.input[1] for node in integer_nodes(network)}
    found = {name for name in found if constants[name].shape[1] > 1}
    if not found:
        raise no_integer_layer()
    return found


def _folded(network: Any, options: Any) -> Any:
    from tempfile import TemporaryDirectory

    import onnx
    from onnxruntime import InferenceSession

    with TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        InferenceSession(network.SerializeToString(), options, providers=["CPUExecutionProvider"])
        found = onnx.load(options.optimized_model_filepath)
        options.optimized_model_filepath = ""
    return found


def _flatbuffer(target: Path) -> bytes:
    """A file without the ZIP behind it."""
    content = target.read_bytes()
    if not zipfile.is_zipfile(target):
        return content
    with zipfile.ZipFile(target) as added:
        return content[: min(one.header_offset for one in added.infolist())]
