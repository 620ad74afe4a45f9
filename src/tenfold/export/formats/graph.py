"""Finds the parts of a network that can be computed or stored in fewer bits, and dependencies.

What reads pixels and what follows the pooled feature stay in float. The first convolution of the default
network whitens: it enlarges small errors. Prototypes and their distances, which novelty is made of, need more
than 8 bits.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import ExportError

if TYPE_CHECKING:
    import onnx

_PIXEL_CHANNELS = 3
_POOLED_AXES = ({2, 3}, {-1, -2})
# The least number of values that are worth storing in fewer bits.
_LARGE = 1024


def integer_nodes(model: "onnx.ModelProto") -> list["onnx.NodeProto"]:
    """The convolutions and dense layers that may be quantised, in the order of the network.

    Args:
        model: its constants are folded, so that weights are initialisers.
    """
    from onnx import numpy_helper

    graph = model.graph
    constants = {one.name: one for one in graph.initializer}
    convolved = _below(graph, [node for node in graph.node if node.op_type == "Conv"])
    pools = []
    for node in graph.node:
        spatial = node.op_type in ("GlobalAveragePool", "Flatten", "Reshape")
        if node.op_type == "ReduceMean" and len(node.input) > 1 and node.input[1] in constants:
            axes = numpy_helper.to_array(constants[node.input[1]]).tolist()
            spatial = set(axes) in _POOLED_AXES
        if spatial and node.input[0] in convolved:
            pools.append(node)
    pooled = _below(graph, pools)
    before_pools = above(graph, [name for node in pools for name in node.input])
    before_embedding = above(graph, ["embedding"])

    def may(node: "onnx.NodeProto") -> bool:
        if len(node.input) < 2 or node.input[1] not in constants:
            return False
        result = node.output[0]
        if node.op_type == "Conv":
            group = next((one.i for one in node.attribute if one.name == "group"), 1)
            channels = constants[node.input[1]].dims[1] * group
            return channels > _PIXEL_CHANNELS and result in before_pools and result not in pooled
        return node.op_type in ("Gemm", "MatMul") and result in pooled and result in before_embedding

    return [node for node in graph.node if may(node)]


def limits_after(model: "onnx.ModelProto", layers: Iterable["onnx.NodeProto"]) -> list["onnx.NodeProto"]:
    """The clipping operators after some layers: with them no bits are spent on values beyond."""
    results = {name for node in layers for name in node.output}
    return [
        node for node in model.graph.node if node.op_type in ("Clip", "Relu") and node.input[0] in results
    ]


def no_integer_layer() -> ExportError:
    """The error for a network of which nothing can be computed with integers."""
    return ExportError(
        "The network",
        "has no layer that could compute with integers",
        cure="Export it to a format of floats.",
        reason="export-unsupported",
    )


def _below(graph: "onnx.GraphProto", nodes: Iterable["onnx.NodeProto"]) -> set[str]:
    """What is computed from the results of some nodes, these results too. Nodes stand in the order of use."""
    found = {name for node in nodes for name in node.output}
    for node in graph.node:
        if not found.isdisjoint(node.input):
            found.update(node.output)
    return found


def above(graph: "onnx.GraphProto", names: Iterable[str]) -> set[str]:
    """What some results are computed from, these results too."""
    found = set(names)
    for node in reversed(graph.node):
        if not found.isdisjoint(node.output):
            found.update(node.input)
    return found


def exact_halves(values: NDArray[Any]) -> NDArray[np.float16] | None:
    """Many floats in 16 bits, where that is exact: where the original had them so, which folding undid."""
    if values.dtype != np.float32 or values.size < _LARGE:
        return None
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return half if np.array_equal(half, values) else None


def exact_bytes(values: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]] | None:
    """Many floats in 8 bits, and a scale for each place of the first axis, where that is exact.

    That is so where the original had them so, with the largest number of each place at 127; folding undid it.
    """
    if values.dtype != np.float32 or values.size < _LARGE or values.ndim < 2:
        return None
    rows = values.reshape(len(values), -1)
    most = np.abs(rows).max(axis=1, keepdims=True)
    near = np.where(most > 0, most, 1).astype(np.float32) / np.float32(127)
    # The largest number was rounded, too: the scale is this quotient, or a neighbour.
    scales = near.copy()
    for one in (np.nextafter(near, np.float32(0)), np.nextafter(near, np.float32(np.inf))):
        scales = np.where(_scaled(rows, scales).all(axis=1, keepdims=True), scales, one)
    if not _scaled(rows, scales).all():
        return None
    return np.rint(rows / scales).astype(np.int8).reshape(values.shape), scales.ravel()


def _scaled(rows: NDArray[Any], scales: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether a number is a whole multiple of its row's scale, to the last bit."""
    return np.asarray(np.rint(rows / scales) * scales == rows)
