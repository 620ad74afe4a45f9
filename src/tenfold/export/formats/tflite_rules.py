"""How each ONNX operator is written for TFLite. Knows nothing of files."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tenfold.export.formats.tflite import FIRST, LAST, Rule, TfliteWriter, unsupported

_PAIRS = {"Add": "ADD", "Sub": "SUB", "Mul": "MUL", "Div": "DIV", "Max": "MAXIMUM", "Min": "MINIMUM"}
_SINGLE = {
    "Relu": "RELU", "Sqrt": "SQRT", "Log": "LOG", "Exp": "EXP", "Sigmoid": "LOGISTIC", "Tanh": "TANH",
    "Round": "ROUND", "Gelu": "GELU", "Cast": "CAST",
}  # fmt: skip
_REDUCED = {"ReduceMean": "MEAN", "ReduceSum": "SUM", "ReduceMax": "REDUCE_MAX", "ReduceMin": "REDUCE_MIN"}
_SHAPED = ("Reshape", "Flatten", "Unsqueeze", "Squeeze")


def write_node(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    """Write one operator. Raises ExportError where TFLite has none like it, or it is not known here."""
    kind = node.op_type
    if kind in _PAIRS:
        return _pair(writer, node, _PAIRS[kind])
    if kind in _SINGLE:
        return _single(writer, node, _SINGLE[kind], attributes)
    if kind in _REDUCED or kind == "ReduceL2":
        return _reduce(writer, node, attributes)
    if kind in _SHAPED:
        return _reshape(writer, node)
    if kind not in _RULES:
        raise unsupported(kind)
    _RULES[kind](writer, node, attributes)


def _result(writer: TfliteWriter, node: Any, last: bool) -> list[int]:
    shape = list(writer.shape(node.output[0]))
    return [shape[axis] for axis in LAST] if last else shape


def _pair(writer: TfliteWriter, node: Any, kind: str) -> None:
    options = getattr(writer.schema, f"{kind.capitalize()}OptionsT", None)
    four = len(writer.shape(node.output[0])) == 4
    results = [name for name in node.input if name not in writer.constants]
    last = four and any(map(writer.is_last, results)) and all(len(writer.shape(n)) == 4 for n in results)
    inputs = []
    for name in node.input:
        if not last or name not in writer.constants:
            inputs.append(writer.last(name) if last else writer.plain(name))
        else:
            values = writer.constants[name]
            values = values.reshape((1,) * (4 - values.ndim) + values.shape)
            inputs.append(writer.constant(values.transpose(LAST)))
    if kind in ("MAXIMUM", "MINIMUM"):
        options = writer.schema.MaximumMinimumOptionsT
    made = writer.operator(kind, inputs, _result(writer, node, last), options=options() if options else None)
    writer.keep(node.output[0], made, last=last)


def _single(writer: TfliteWriter, node: Any, kind: str, attributes: dict[str, Any]) -> None:
    last = writer.is_last(node.input[0])
    source = writer.last(node.input[0]) if last else writer.plain(node.input[0])
    options = None
    if kind == "GELU":
        options = writer.schema.GeluOptionsT()
        options.approximate = attributes.get("approximate", b"none") == b"tanh"
    if kind == "CAST":
        options = writer.schema.CastOptionsT()
    dtype = writer.samples[node.output[0]].dtype
    made = writer.operator(kind, [source], _result(writer, node, last), options=options, dtype=dtype)
    writer.keep(node.output[0], made, last=last)


def _clip(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    low, high = (writer.constants[name] if name else None for name in [*node.input[1:], "", ""][:2])
    last = writer.is_last(node.input[0])
    made = writer.last(node.input[0]) if last else writer.plain(node.input[0])
    shape = _result(writer, node, last)
    if low is not None and high is not None and (float(low), float(high)) == (0.0, 6.0):
        made = writer.operator("RELU6", [made], shape)
    else:
        for kind, bound in (("MAXIMUM", low), ("MINIMUM", high)):
            if bound is not None:
                options = writer.schema.MaximumMinimumOptionsT()
                inputs = [made, writer.constant(bound.astype(np.float32))]
                made = writer.operator(kind, inputs, shape, options=options)
    writer.keep(node.output[0], made, last=last)


def _reduce(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    source = node.input[0]
    rank = len(writer.shape(source))
    axes = [int(axis) % rank for axis in writer.constants[node.input[1]].ravel()]
    keeps = bool(attributes.get("keepdims", 1))
    last = writer.is_last(source) and axes == [2, 3]
    tensor = writer.last(source) if last else writer.plain(source)
    where = writer.constant(np.array([1, 2] if last else axes, np.int32))
    options = writer.schema.ReducerOptionsT()
    options.keepDims = keeps
    last = last and keeps
    shape = _result(writer, node, last)
    if node.op_type == "ReduceL2":
        squares = writer.operator(
            "MUL", [tensor, tensor], writer.shape(source), options=writer.schema.MulOptionsT()
        )
        total = writer.operator("SUM", [squares, where], shape, options=options)
        made = writer.operator("SQRT", [total], shape)
    else:
        made = writer.operator(_REDUCED[node.op_type], [tensor, where], shape, options=options)
    writer.keep(node.output[0], made, last=last)


def _reshape(writer: TfliteWriter, node: Any) -> None:
    made = _reshaped(writer, writer.plain(node.input[0]), writer.shape(node.output[0]))
    writer.keep(node.output[0], made)


def _reshaped(writer: TfliteWriter, tensor: int, shape: Sequence[int]) -> int:
    options = writer.schema.ReshapeOptionsT()
    options.newShape = np.array(shape, np.int32)
    return writer.operator("RESHAPE", [tensor, writer.constant(options.newShape)], shape, options=options)


def _transpose(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    turn, (source, result) = tuple(attributes["perm"]), (node.input[0], node.output[0])
    if turn == FIRST:
        return writer.keep(result, writer.plain(source), last=True)
    if turn == LAST:
        return writer.keep(result, writer.last(source))
    inputs = [writer.plain(source), writer.constant(np.array(turn, np.int32))]
    writer.keep(result, writer.operator("TRANSPOSE", inputs, writer.shape(result)))


def _padded(
    writer: TfliteWriter, source: str, pads: list[int], window: list[int], strides: list[int]
) -> tuple[int, int, str]:
    """The input with its channels last, how it is padded, and an empty text or what cannot be done."""
    schema = writer.schema
    tensor, (_, channels, *sides) = writer.last(source), writer.shape(source)
    if not any(pads):
        return tensor, schema.Padding.VALID, ""
    same = []
    for side, size, stride in zip(sides, window, strides, strict=True):
        total = max((-(-side // stride) - 1) * stride + size - side, 0)
        same.append((total // 2, total - total // 2))
    if [one[0] for one in same] + [one[1] for one in same] == pads:
        return tensor, schema.Padding.SAME, ""
    around = np.array([[0, 0], [pads[0], pads[2]], [pads[1], pads[3]], [0, 0]], np.int32)
    shape = [1, sides[0] + pads[0] + pads[2], sides[1] + pads[1] + pads[3], channels]
    return writer.operator("PAD", [tensor, writer.constant(around)], shape), schema.Padding.VALID, "padded"


def _conv(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    weights = writer.constants[node.input[1]]
    group, strides = attributes.get("group", 1), list(attributes.get("strides", [1, 1]))
    dilations, window = list(attributes.get("dilations", [1, 1])), list(weights.shape[2:])
    if dilations != [1, 1] and any(attributes.get("pads", [])):
        raise unsupported("Conv that is dilated and padded")
    pads = list(attributes.get("pads", [0, 0, 0, 0]))
    tensor, padding, _ = _padded(writer, node.input[0], pads, window, strides)
    depthwise = group > 1 and weights.shape[1] == 1
    if group > 1 and not depthwise:
        raise unsupported("Conv in groups")
    if depthwise:
        options = writer.schema.DepthwiseConv2DOptionsT()
        options.depthMultiplier = weights.shape[0] // group
        turned = weights.transpose(1, 2, 3, 0)
    else:
        options = writer.schema.Conv2DOptionsT()
        turned = weights.transpose(0, 2, 3, 1)
    options.padding, options.strideH, options.strideW = padding, *strides
    options.dilationHFactor, options.dilationWFactor = dilations
    bias = writer.constants[node.input[2]] if len(node.input) > 2 else np.zeros(weights.shape[0], np.float32)
    inputs = [tensor, writer.weights(node.input[1], turned), writer.constant(bias)]
    kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    made = writer.operator(kind, inputs, _result(writer, node, last=True), options=options, name=node.name)
    writer.keep(node.output[0], made, last=True)


def _pool(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    window, strides = list(attributes["kernel_shape"]), list(attributes.get("strides", [1, 1]))
    pads = list(attributes.get("pads", [0, 0, 0, 0]))
    tensor, padding, extra = _padded(writer, node.input[0], pads, window, strides)
    if extra or attributes.get("ceil_mode") or (any(pads) and node.op_type == "AveragePool"):
        raise unsupported(f"{node.op_type} with such a border")
    options = writer.schema.Pool2DOptionsT()
    options.padding, options.strideH, options.strideW = padding, *strides
    options.filterHeight, options.filterWidth = window
    kind = "MAX_POOL_2D" if node.op_type == "MaxPool" else "AVERAGE_POOL_2D"
    made = writer.operator(kind, [tensor], _result(writer, node, last=True), options=options)
    writer.keep(node.output[0], made, last=True)


def _pad(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    pads = writer.constants[node.input[1]].reshape(2, -1).T.astype(np.int32)
    value = writer.constants[node.input[2]] if len(node.input) > 2 and node.input[2] else np.float32(0)
    edge = attributes.get("mode", b"constant") == b"edge"
    if (attributes.get("mode", b"constant") != b"constant" and not edge) or len(pads) != 4 or pads.min() < 0:
        raise unsupported("Pad of such a kind")
    inputs = [writer.last(node.input[0]), writer.constant(pads[list(LAST)])]
    if edge:
        # Mirrored about the edge itself, one pixel of the border is the one at the edge.
        if pads.max() > 1:
            raise unsupported("Pad with more than one pixel of the edge")
        options = writer.schema.MirrorPadOptionsT()
        options.mode = writer.schema.MirrorPadMode.SYMMETRIC
        made = writer.operator("MIRROR_PAD", inputs, _result(writer, node, last=True), options=options)
    else:
        inputs.append(writer.constant(np.array([value], np.float32).reshape(1)))
        made = writer.operator("PADV2", inputs, _result(writer, node, last=True))
    writer.keep(node.output[0], made, last=True)


def _dense(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    gemm = node.op_type == "Gemm"
    plain = (attributes.get("alpha", 1.0), attributes.get("beta", 1.0), attributes.get("transA", 0)) == (
        1.0,
        1.0,
        0,
    )
    if node.op_type == "MatMul" and (
        node.input[1] not in writer.constants or len(writer.shape(node.input[0])) != 2
    ):
        rank = len(writer.shape(node.output[0]))
        inputs = [_of_rank(writer, name, rank) for name in node.input]
        return writer.keep(node.output[0], _product(writer, inputs, writer.shape(node.output[0])))
    if node.input[1] not in writer.constants or not plain:
        raise unsupported(f"{node.op_type} of two results")
    weights = writer.constants[node.input[1]]
    weights = weights if gemm and attributes.get("transB") else weights.T
    added = node.input[2] if gemm and len(node.input) > 2 else ""
    bias = writer.constants.get(added, np.zeros(len(weights), np.float32)).reshape(-1)
    inputs = [
        writer.plain(node.input[0]), writer.weights(node.input[1], weights), writer.constant(bias)
    ]  # fmt: skip
    options, shape = writer.schema.FullyConnectedOptionsT(), writer.shape(node.output[0])
    made = writer.operator("FULLY_CONNECTED", inputs, shape, options=options, name=node.name)
    if added and added not in writer.constants:  # the runtime's optimiser adds another result here
        made = writer.operator("ADD", [made, writer.plain(added)], shape, options=writer.schema.AddOptionsT())
    writer.keep(node.output[0], made)


def _norm(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    """A norm that was not folded into the layer before it: one factor and one sum for each channel."""
    if any(name not in writer.constants for name in node.input[1:5]):
        raise unsupported("BatchNormalization by the picture's own statistics")
    scale, shift, mean, variance = (writer.constants[name].astype(np.float64) for name in node.input[1:5])
    factor = scale / np.sqrt(variance + attributes.get("epsilon", 1e-5))
    last = len(writer.shape(node.input[0])) == 4
    made = writer.last(node.input[0]) if last else writer.plain(node.input[0])
    shape, schema = _result(writer, node, last), writer.schema
    for kind, options, values in (
        ("MUL", schema.MulOptionsT(), factor),
        ("ADD", schema.AddOptionsT(), shift - mean * factor),
    ):
        inputs = [made, writer.constant(values.astype(np.float32))]
        made = writer.operator(kind, inputs, shape, options=options)
    writer.keep(node.output[0], made, last=last)


def _softmax(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    rank = len(writer.shape(node.input[0]))
    if attributes.get("axis", -1) % rank != rank - 1:
        raise unsupported("Softmax of another axis than the last")
    options = writer.schema.SoftmaxOptionsT()
    options.beta = 1.0
    made = writer.operator(
        "SOFTMAX", [writer.plain(node.input[0])], writer.shape(node.output[0]), options=options
    )
    writer.keep(node.output[0], made)


def _top(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    shape, count = writer.shape(node.output[0]), writer.constants[node.input[1]].reshape(())
    inputs = [writer.plain(node.input[0]), writer.constant(count.astype(np.int32))]
    options = writer.schema.TopKV2OptionsT()
    writer.keep(
        node.output[0],
        writer.operator("TOPK_V2", inputs, shape, options=options, more=[(shape, np.int32)]),
    )


def _global_average(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    options = writer.schema.ReducerOptionsT()
    options.keepDims = True
    inputs = [writer.last(node.input[0]), writer.constant(np.array([1, 2], np.int32))]
    made = writer.operator("MEAN", inputs, _result(writer, node, last=True), options=options)
    writer.keep(node.output[0], made, last=True)


def _of_rank(writer: TfliteWriter, name: str, rank: int) -> int:
    if name not in writer.constants:
        return writer.plain(name)
    values = writer.constants[name]
    return writer.constant(values.reshape((1,) * (rank - values.ndim) + values.shape))


def _product(writer: TfliteWriter, inputs: list[int], shape: Sequence[int]) -> int:
    options = writer.schema.BatchMatMulOptionsT()
    return writer.operator("BATCH_MATMUL", inputs, shape, options=options)


def _slice(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    starts, _, axes, *steps = (writer.constants[name].ravel() for name in node.input[1:])
    if any(step != 1 for step in np.ravel(steps)) or starts.min() < 0:
        raise unsupported("Slice from behind or with steps")
    shape = writer.shape(node.output[0])
    begin = np.zeros(len(shape), np.int32)
    begin[axes] = starts
    inputs = [
        writer.plain(node.input[0]), writer.constant(begin), writer.constant(np.array(shape, np.int32))
    ]  # fmt: skip
    made = writer.operator("SLICE", inputs, shape, options=writer.schema.SliceOptionsT())
    writer.keep(node.output[0], made)


def _gather(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    many = node.op_type == "GatherND"
    options = writer.schema.GatherNdOptionsT() if many else writer.schema.GatherOptionsT()
    if not many:
        options.axis = attributes.get("axis", 0)
    inputs = [writer.plain(name) for name in node.input]
    kind = "GATHER_ND" if many else "GATHER"
    writer.keep(node.output[0], writer.operator(kind, inputs, writer.shape(node.output[0]), options=options))


def _einsum(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    """Maps of classes from cells: the same weights everywhere, or those of each picture."""
    first, cells = node.input
    shape = writer.shape(node.output[0])
    if attributes["equation"] == b"kd,ndhw->nkhw" and first in writer.constants:
        weights = writer.constants[first][:, None, None, :]
        options = writer.schema.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = writer.schema.Padding.VALID, 1, 1
        options.dilationHFactor = options.dilationWFactor = 1
        bias = writer.constant(np.zeros(len(weights), np.float32))
        inputs = [writer.last(cells), writer.constant(weights), bias]
        made = writer.operator("CONV_2D", inputs, _result(writer, node, last=True), options=options)
        return writer.keep(node.output[0], made, last=True)
    if attributes["equation"] != b"nkd,ndhw->nkhw":
        raise unsupported(f"Einsum {attributes['equation'].decode()}")
    _, depth, rows, columns = writer.shape(cells)
    flat = _reshaped(writer, writer.plain(cells), [1, depth, rows * columns])
    made = _product(writer, [writer.plain(first), flat], [1, shape[1], rows * columns])
    writer.keep(node.output[0], _reshaped(writer, made, shape))


def _resize(writer: TfliteWriter, node: Any, attributes: dict[str, Any]) -> None:
    how = attributes.get("mode"), attributes.get("coordinate_transformation_mode", b"half_pixel")
    if how != (b"linear", b"half_pixel") or attributes.get("antialias"):
        raise unsupported("Resize of such a kind")
    options = writer.schema.ResizeBilinearOptionsT()
    options.halfPixelCenters = True
    shape = _result(writer, node, last=True)
    inputs = [writer.last(node.input[0]), writer.constant(np.array(shape[1:3], np.int32))]
    writer.keep(node.output[0], writer.operator("RESIZE_BILINEAR", inputs, shape, options=options), last=True)


_RULES: dict[str, Rule] = {
    "Einsum": _einsum, "Gather": _gather, "GatherND": _gather, "Resize": _resize, "Slice": _slice,
    "AveragePool": _pool, "BatchNormalization": _norm, "Clip": _clip, "Conv": _conv, "Gemm": _dense,
    "GlobalAveragePool": _global_average, "MatMul": _dense, "MaxPool": _pool, "Pad": _pad,
    "Softmax": _softmax, "TopK": _top,
    "Transpose": _transpose,
}  # fmt: skip
