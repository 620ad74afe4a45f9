"""A check inside a network: is a part of the picture missing? Knows no files, and nothing of training.

A program that shows what it could read of a damaged file, and saves that, leaves one colour below, or the
last row again and again. Of such a picture the network says that it is none of the classes, and that no class
is likelier than another. What is missing is told by three signs:

    from the lower edge up, or from the left or the right edge inwards, all is as it is at that edge;
    this part is larger than that at the opposite edge: a letterboxed film has bars at both;
    it ends in a straight line from edge to edge: beyond it nearly every column is different, and so is one at
    the least of the outermost two. A thing on a white table has the table on either side.

The upper edge is not looked at: skies and dark rooms are often even, down to a straight line. All is computed
from whole numbers, so every runtime answers the same; pictures of which nothing is missing are answered as
without the check, to the last bit. It needs onnx, which is imported when a network is changed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenfold.modelfile import NetworkFacts

if TYPE_CHECKING:
    import onnx

_OWN = "partial_"
_OUTPUTS = ("probabilities", "novelty")
# A picture is looked at in so many rows and columns of cells, or up to twice as many.
CELLS = 32
# Cells are the same where their least and greatest values differ by no more than this, in every colour: as
# far as JPEG or WebP change what was one colour.
_TOLERANCE = 4
# The least share of a picture that can be said to be missing, and the cells within which it ends.
LEAST, _LINE = 0.13, 2
# So many of the columns may look beyond the line as the missing part does.
_ALIKE = 0.2
# A model of one's own gets the check where no more of the pictures that it learned from look so: those of a
# camera whose view is covered in part are answered as ever.
_MOST_OF_OWN = 0.02
_PER_RUN = 64

Pictures = NDArray[np.uint8]
TakenOut = tuple[list["onnx.NodeProto"], list["onnx.TensorProto"]]


def suits(own: Pictures) -> bool:
    """Whether a model that learned from such pictures, uint8 `[N, S, S, 3]`, may have the check."""
    return bool(found(own, plain=False).mean() <= _MOST_OF_OWN)


def facts(added: bool) -> NetworkFacts:
    """What a model file says of the check, among the facts of its network."""
    return NetworkFacts(missing_part="none of these") if added else NetworkFacts()


def add(model: "onnx.ModelProto", *, plain: bool) -> None:
    """Add the check to a network that has none. One of less than 32 pixels is left as it is.

    Args:
        model: with the inputs and outputs of a model file.
        plain: whether a picture of one colour is none of the classes, too.
    """
    graph = model.graph
    side = graph.input[0].type.tensor_type.shape.dim[1].dim_value
    if side < CELLS:
        return
    probabilities, novelty = _renamed(graph, before=True)
    node = _CheckNodes(graph)
    missing = _missing(node, side, plain=plain)
    there, axis = node("Sub", node.number(1), missing), node.axes(1)
    # As many equal shares as there are classes.
    ones = node("Exp", node("Mul", probabilities, node.number(0)))
    equal = node("Div", ones, node("ReduceSum", ones, axis))
    kept = node("Mul", probabilities, node("Unsqueeze", there, axis))
    equally = node("Mul", equal, node("Unsqueeze", missing, axis))
    node("Add", kept, equally, output="probabilities")
    node("Add", node("Mul", novelty, there), missing, output="novelty")


def take_out(model: "onnx.ModelProto") -> TakenOut:
    """Make a network what it was before the check was added; returns the check, empty where it had none."""
    graph = model.graph
    nodes = [node for node in graph.node if node.name.startswith(_OWN)]
    weights = [one for one in graph.initializer if one.name.startswith(_OWN)]
    for node in nodes:
        graph.node.remove(node)
    for weight in weights:
        graph.initializer.remove(weight)
    _renamed(graph, before=False)
    return nodes, weights


def put_back(model: "onnx.ModelProto", taken: TakenOut) -> None:
    """Undo `take_out`, whatever was done to the network meanwhile."""
    nodes, weights = taken
    if nodes:
        _renamed(model.graph, before=True)
        model.graph.node.extend(nodes)
        model.graph.initializer.extend(weights)


def found(pictures: Pictures, *, plain: bool) -> NDArray[np.bool_]:
    """Of which pictures, uint8 `[N, S, S, 3]`, the check says that a part is missing: bool `[N]`."""
    from onnx import TensorProto, helper
    from onnxruntime import InferenceSession

    count, side = pictures.shape[:2]
    if side < CELLS or not count:
        return np.zeros(count, bool)
    given = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", side, side, 3])
    graph = helper.make_graph([], "partial", [given], [])
    missing = _missing(_CheckNodes(graph), side, plain=plain)
    graph.output.append(helper.make_tensor_value_info(missing, TensorProto.FLOAT, ["N"]))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.concatenate(
        [
            session.run(None, {"image": pictures[at : at + _PER_RUN]})[0] > 0
            for at in range(0, count, _PER_RUN)
        ]
    )


class _CheckNodes:
    """Adds nodes and constants, all of float32, to a graph."""

    def __init__(self, graph: "onnx.GraphProto") -> None:
        self._graph = graph
        self._known: dict[bytes, str] = {}

    def __call__(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = f"{_OWN}{len(self._graph.node)}"
        made = output or name
        self._graph.node.append(helper.make_node(kind, inputs, [made], name=name, **attributes))
        return made

    def constant(self, values: NDArray[np.generic]) -> str:
        from onnx import numpy_helper

        content = repr(values.shape).encode() + values.dtype.char.encode() + values.tobytes()
        if content not in self._known:
            name = self._known[content] = f"{_OWN}constant_{len(self._known)}"
            self._graph.initializer.append(numpy_helper.from_array(values, name))
        return self._known[content]

    def number(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def axes(self, *axes: int) -> str:
        return self.constant(np.array(axes, np.int64))

    def truth(self, name: str) -> str:
        """1 where a whole number is above 0, else 0."""
        return self("Clip", name, self.number(0), self.number(1))


def _missing(node: _CheckNodes, side: int, *, plain: bool) -> str:
    """The tensor `[N]` that is 1 where a part of the picture is missing, else 0."""
    size = side // CELLS
    cells = side // size
    pixels = node("Cast", node("Transpose", "image", perm=[0, 3, 1, 2]), to=1)
    ends = [pixels]
    if size > 1:
        pool: dict[str, Any] = {"kernel_shape": [size, size], "strides": [size, size]}
        turned = node("Sub", node.number(255), pixels)
        ends = [node("MaxPool", one, **pool) for one in (pixels, turned)]
    down, up, left, right = (
        _different(node, ends, cells, axis, first=first)
        for axis, first in ((2, False), (2, True), (3, True), (3, False))
    )
    least = [node("ReduceMax", one, node.axes(1), keepdims=1) for one in (down, up, left, right)]
    parts = [
        _ends(node, one, least[k], least[opposite], cells)
        for one, k, opposite in ((down, 0, 1), (left, 2, 3), (right, 3, 2))
    ]
    if plain:
        for one, other in ((0, 1), (2, 3)):
            both = node("Max", least[one], least[other])
            parts.append(node.truth(node("Sub", node.number(2), both)))
    return node("Squeeze", _max(node, parts), node.axes(1))


def _different(node: _CheckNodes, ends: Sequence[str], cells: int, axis: int, *, first: bool) -> str:
    """Of each column (axis 2) or row (3) `[N, cells]`, how many cells are not a part of the even edge.

    Args:
        first: whether the edge is the upper or left one.
    """
    at = (0, 1) if first else (cells - 1, cells)
    start, end, where = (node.axes(one) for one in (*at, axis))
    squares = []
    for one in ends:
        away = node("Sub", one, node("Slice", one, start, end, where))
        squares.append(node("Mul", away, away))
    worst = node("ReduceMax", _max(node, squares), node.axes(1), keepdims=0)
    differs = node.truth(node("Sub", worst, node.number(_TOLERANCE**2)))
    if axis == 3:
        differs = node("Transpose", differs, perm=[0, 2, 1])
    # Each cell, and all between it and the edge.
    between = np.tri(cells, dtype=np.float32)
    reached = node.constant(between if first else np.ascontiguousarray(between.T))
    beyond = node.truth(node("MatMul", reached, differs))
    return node("ReduceSum", beyond, node.axes(1), keepdims=0)


def _ends(node: _CheckNodes, counts: str, most: str, opposite: str, cells: int) -> str:
    """1 where an even edge is large, larger than the opposite one, and ends in a straight line: `[N, 1]`."""
    shorter = node("Sub", node("Sub", most, counts), node.number(_LINE))
    alike = node.truth(shorter)
    odd = node("ReduceSum", alike, node.axes(1), keepdims=1)
    straight = node.truth(node("Sub", node.number(int(_ALIKE * cells) + 1), odd))
    corners = [node("Slice", alike, node.axes(at), node.axes(at + 1), node.axes(1)) for at in (0, cells - 1)]
    straight = node("Mul", straight, node("Sub", node.number(1), node("Mul", *corners)))
    least = int(np.ceil(LEAST * cells))
    large = node.truth(node("Sub", node("Sub", opposite, most), node.number(least - 1)))
    return node("Mul", straight, large)


def _max(node: _CheckNodes, names: Sequence[str]) -> str:
    found = names[0]
    for name in names[1:]:
        found = node("Max", found, name)
    return found


def _renamed(graph: "onnx.GraphProto", *, before: bool) -> tuple[str, ...]:
    """Name two results as results before the check, or as the network's own; returns what they are then."""
    names = {_OWN + name: name for name in _OUTPUTS}
    if before:
        names = {name: other for other, name in names.items()}
    for node in graph.node:
        for named in (node.input, node.output):
            named[:] = [names.get(name, name) for name in named]
    return tuple(names.values())
