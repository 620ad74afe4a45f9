"""An ONNX network written as a TFLite flatbuffer, operator by operator. Knows no model file.

TFLite has the channels of a picture last, ONNX first. What follows a convolution stays with its channels last
until an operator asks for ONNX's order; then it is turned, once.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import ExportError
from tenfold.export.formats.graph import exact_bytes, exact_halves

Array = NDArray[Any]
# Channels from first to last place, and back.
LAST, FIRST = (0, 2, 3, 1), (0, 3, 1, 2)


class TfliteWriter:
    """Collects tensors and operators, and gives the file.

    Args:
        constants: by their names in the ONNX network.
        shapes: of every result, for one picture.
        integers: the weights that are written in 8 bits.
    """

    def __init__(
        self, constants: dict[str, Array], shapes: dict[str, Array], integers: Collection[str] = ()
    ) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self.schema: Any = schema
        self.constants, self.samples = constants, shapes
        self._integers = integers
        self._plain: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._tensors: list[Any] = []
        self._buffers: list[Any] = [schema.BufferT()]
        self._operators: list[Any] = []
        self._codes: dict[int, int] = {}

    def input(self, name: str, shape: Sequence[int], dtype: Any = np.uint8) -> int:
        """The network's input."""
        self._plain[name] = self._tensor(name, shape, np.dtype(dtype))
        return self._plain[name]

    def constant(self, values: Array) -> int:
        """A tensor that the file holds; large ones in 8 or 16 bits where that is exact."""
        # What is added stays as it is: beside weights in 8 bits the runtime takes no other.
        half = exact_halves(values) if values.ndim > 1 else None
        if half is not None:
            return self.operator("DEQUANTIZE", [self._held(half)], values.shape)
        eighth = exact_bytes(values)
        if eighth is not None:
            return self.operator("DEQUANTIZE", [self._scaled(*eighth)], values.shape)
        return self._held(values.astype(np.int32) if values.dtype == np.int64 else np.asarray(values))

    def weights(self, name: str, values: Array) -> int:
        """The weights of a layer, those of each output together, as TFLite wants them.

        Where they were chosen for it, they are written as integers with a scale for each output; the runtime
        then chooses the ranges of what it multiplies them with, for each picture.
        """
        if name not in self._integers:
            return self.constant(values)
        most = np.abs(values).reshape(len(values), -1).max(axis=1)
        scales = np.where(most > 0, most, 1) / np.float32(127)
        rounded = np.rint(values / scales.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
        return self._scaled(rounded, scales.astype(np.float32))

    def _scaled(self, values: Array, scales: Array) -> int:
        """Integers of 8 bits, with a scale for each place of the first axis."""
        tensor = self._held(values)
        made = self._tensors[tensor].quantization = self.schema.QuantizationParametersT()
        made.scale, made.zeroPoint = scales, np.zeros(len(scales), np.int64)
        made.quantizedDimension = 0
        return tensor

    def _held(self, values: Array) -> int:
        buffer = self.schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self._buffers.append(buffer)
        name = f"constant_{len(self._buffers)}"
        return self._tensor(name, values.shape, values.dtype, len(self._buffers) - 1)

    def operator(
        self, kind: str, inputs: Sequence[int], shape: Sequence[int], *, options: Any = None,
        dtype: Any = np.float32, name: str = "", more: Sequence[tuple[Sequence[int], Any]] = (),
    ) -> int:  # fmt: skip
        """Add an operator, `options` an object of the schema; the tensor of its (first) result."""
        code = getattr(self.schema.BuiltinOperator, kind)
        made = self.schema.OperatorT()
        made.opcodeIndex = self._codes.setdefault(code, len(self._codes))
        made.inputs = np.array(inputs, np.int32)
        results = [(shape, dtype), *more]
        made.outputs = np.array(
            [
                self._tensor(f"{name or kind}_{len(self._tensors)}", one, np.dtype(kind_of))
                for one, kind_of in results
            ],
            np.int32,
        )
        if options is not None:
            made.builtinOptions = options
            made.builtinOptionsType = getattr(self.schema.BuiltinOptions, type(options).__name__[:-1])
        self._operators.append(made)
        return int(made.outputs[0])

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor as ONNX has it."""
        return tuple(self.constants[name].shape if name in self.constants else self.samples[name].shape)

    def plain(self, name: str) -> int:
        """A tensor in ONNX's order."""
        if name not in self._plain:
            if name in self.constants:
                self._plain[name] = self.constant(self.constants[name])
            else:
                turn = self.constant(np.array(FIRST, np.int32))
                self._plain[name] = self.operator("TRANSPOSE", [self._last[name], turn], self.shape(name))
        return self._plain[name]

    def last(self, name: str) -> int:
        """A tensor of four axes with its channels last."""
        if name not in self._last:
            turn = self.constant(np.array(LAST, np.int32))
            shape = [self.shape(name)[axis] for axis in LAST]
            self._last[name] = self.operator("TRANSPOSE", [self.plain(name), turn], shape)
        return self._last[name]

    def is_last(self, name: str) -> bool:
        return name in self._last

    def keep(self, name: str, tensor: int, *, last: bool = False) -> None:
        """Name the result of an operator."""
        (self._last if last else self._plain)[name] = tensor

    def content(self, inputs: Sequence[int], outputs: dict[str, int]) -> bytes:
        """The file, whose outputs have these names."""
        import flatbuffers

        schema = self.schema
        for name, tensor in outputs.items():
            self._tensors[tensor].name = name.encode()
        graph, model = schema.SubGraphT(), schema.ModelT()
        graph.tensors, graph.operators, graph.name = self._tensors, self._operators, b"main"
        graph.inputs, graph.outputs = np.array(inputs, np.int32), np.array([*outputs.values()], np.int32)
        model.version, model.subgraphs, model.buffers = 3, [graph], self._buffers
        model.operatorCodes = []
        for code in self._codes:
            made = schema.OperatorCodeT()
            made.builtinCode, made.deprecatedBuiltinCode, made.version = code, min(code, 127), 1
            model.operatorCodes.append(made)
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _tensor(self, name: str, shape: Sequence[int], dtype: np.dtype[Any], buffer: int = 0) -> int:
        made = self.schema.TensorT()
        made.name, made.shape, made.buffer = name.encode(), np.array(shape, np.int32), buffer
        kind = "INT32" if dtype == np.int64 else dtype.name.upper()
        made.type = getattr(self.schema.TensorType, kind)
        self._tensors.append(made)
        return len(self._tensors) - 1


Rule = Callable[[TfliteWriter, Any, dict[str, Any]], None]


def unsupported(what: str) -> ExportError:
    """The error for what cannot be written."""
    return ExportError(
        "The network",
        "has an operator that cannot be written for LiteRT",
        received=what,
        cure="Export the model to another format.",
        reason="export-unsupported",
    )
