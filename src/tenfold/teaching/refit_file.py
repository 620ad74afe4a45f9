"""A correction inside a model file: the network stays as it is, and a linear layer is added behind it.

The layer is applied to the embedding and added to what the softmax is applied to, to the novelty, and in the
same way to each cell of the evidence, so that evidence stays what the answer rests on. Like model_file.py it
needs onnx, which is imported when a file is read or written.
"""

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import ModelFileError
from tenfold.export import partial
from tenfold.teaching.refit import Correction, NoveltyRule

if TYPE_CHECKING:
    import onnx

_OWN = "correction"
_CHANGED = ("evidence", "novelty")
_POOLS = ("ReduceMean", "GlobalAveragePool")
# Operators that may come between the mean of the cells and the embedding.
_ON_THE_WAY = ("Div", "Flatten", "Reshape", "Squeeze")


@dataclass(frozen=True, eq=False)
class HeadNodes:
    """The nodes of a network to which a correction is attached.

    softmax: the node that makes the probabilities; cells: the tensor `[N, D, h, w]` whose mean is the
    feature; scaled: whether the evidence is divided by the temperature, as the softmax's input is;
    novelty: how it follows from the probabilities.
    """

    softmax: "onnx.NodeProto"
    cells: str
    scaled: bool
    novelty: NoveltyRule


class _Graph:
    """The graph of a network, to be searched."""

    def __init__(self, content: bytes) -> None:
        import onnx
        from onnx import numpy_helper

        self.model = onnx.load_from_string(content)
        # Corrected is what the network says, not what is made of that where a part of a picture is missing.
        self.check = partial.take_out(self.model)
        self.graph = self.model.graph
        self.makers = {name: node for node in self.graph.node for name in node.output}
        self.weights = {one.name: one for one in self.graph.initializer}
        self._array = numpy_helper.to_array

    def maker(self, name: str, *kinds: str) -> "onnx.NodeProto | None":
        """The node that makes a tensor, where it is of one of these kinds."""
        node = self.makers.get(name)
        return node if node is not None and node.op_type in kinds else None

    def number(self, name: str) -> float | None:
        """A constant of one number."""
        if name not in self.weights:
            return None
        array = self._array(self.weights[name])
        return float(array.reshape(-1)[0]) if array.size == 1 else None

    def array(self, name: str) -> NDArray[np.generic]:
        """A constant."""
        return np.asarray(self._array(self.weights[name]))

    def needs(self, name: str, what: str) -> bool:
        """Whether one tensor is computed from another."""
        waiting, seen = [name], set[str]()
        while waiting:
            one = waiting.pop()
            if one == what:
                return True
            if one not in seen and one in self.makers:
                seen.add(one)
                waiting += self.makers[one].input
        return False


def parts(content: bytes, subject: str) -> HeadNodes:
    """The nodes of a model file's network to which a correction is attached.

    Raises:
        ModelFileError: its embedding is not the mean of cells at unit length, or its probabilities are not a
            softmax.
    """
    return _parts(_Graph(content), subject)


def _parts(found: _Graph, subject: str) -> HeadNodes:
    softmax, name = found.maker("probabilities", "Softmax"), "embedding"
    while (node := found.maker(name, *_ON_THE_WAY)) is not None:
        name = node.input[0]
    pool, novelty = found.maker(name, *_POOLS), _novelty(found)
    if softmax is None or pool is None or novelty is None:
        raise ModelFileError(
            subject,
            "has no head that can be refitted",
            received="its probabilities are not a softmax"
            if softmax is None
            else "its embedding is not a mean of cells"
            if pool is None
            else "it is not known how its novelty is made",
            cure="Train it further (tenfold improve --deep), or use a model whose network ends in a mean "
            "over the picture and one linear layer, as those that come with tenfold do.",
            reason="no-head",
        )
    divided, evidence = found.maker(softmax.input[0], "Div"), found.maker("evidence", "Div")
    scaled = divided is not None and evidence is not None and divided.input[1] == evidence.input[1]
    return HeadNodes(softmax, pool.input[0], scaled, novelty)


def _novelty(found: _Graph) -> NoveltyRule | None:
    """None where the rule is not recognised."""
    name = "novelty"
    while found.makers[name].input[0].startswith(_OWN):  # an earlier correction adds to it
        name = found.makers[name].input[0]
    if not found.needs(name, "probabilities"):
        return NoveltyRule("apart")
    last = found.makers[name]
    if last.op_type == "Sub" and found.number(last.input[0]) == 1:
        product = found.maker(last.input[1], "Mul")
        if product is not None and any(_is_highest(found, one) for one in product.input):
            return NoveltyRule("product")
    if last.op_type == "Add":
        for doubt, rest in (last.input, reversed(last.input)):
            weighed = found.maker(doubt, "Mul")
            if weighed is None or found.needs(rest, "probabilities"):
                continue
            for one, factor in (weighed.input, reversed(weighed.input)):
                less, weight = found.maker(one, "Sub"), found.number(factor)
                if less is None or weight is None or found.number(less.input[0]) != 1:
                    continue
                if _is_highest(found, less.input[1]):
                    return NoveltyRule("sum", weight)
    return None


def _is_highest(found: _Graph, name: str) -> bool:
    node = found.maker(name, "ReduceMax")
    return node is not None and node.input[0] == "probabilities"


def network(content: bytes, correction: Correction, temperature: float, subject: str) -> bytes:
    """The network of a file with a correction, as an ONNX model. Raises ModelFileError: there is no place."""
    from onnx import helper, numpy_helper

    found = _Graph(content)
    where = _parts(found, subject)
    del found.model.metadata_props[:]
    graph, number = found.graph, _corrections(found)
    own = f"{_OWN}{number}"

    def weight(name: str, array: Any) -> str:
        graph.initializer.append(numpy_helper.from_array(np.asarray(array), f"{own}_{name}"))
        return f"{own}_{name}"

    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        made = output if output in _CHANGED else f"{own}_{output}"
        graph.node.append(helper.make_node(kind, inputs, [made], **attributes))
        return made

    for one in graph.node:
        for k, name in enumerate(one.output):
            if name in _CHANGED:
                one.output[k] = f"{own}_{name}_before"
    matrix = np.asarray(correction.change, np.float32)
    added = node("MatMul", ["embedding", weight("weight", matrix)], "logits")
    where.softmax.input[0] = node("Add", [where.softmax.input[0], added], "sum")

    axis = weight("axis", np.array([1]))
    doubt = weight("doubt", np.asarray(correction.doubt, np.float32)[:, None])
    doubted = node("Squeeze", [node("MatMul", ["embedding", doubt], "doubts"), axis], "doubted")
    shifted = node("Add", [doubted, weight("shift", np.float32(correction.shift))], "shifted")
    node("Add", [f"{own}_novelty_before", shifted], "novelty")

    factor = np.float32(1.0 if where.scaled else temperature)
    filters = weight("filters", np.ascontiguousarray(matrix.T * factor)[:, :, None, None])
    feature = node("ReduceMean", [where.cells, weight("places", np.array([2, 3]))], "feature", keepdims=1)
    length = node("ReduceL2", [feature, axis], "length", keepdims=1)
    safe = node("Add", [length, weight("tiny", np.float32(1e-8))], "safe_length")
    maps = node("Conv", [where.cells, filters], "maps")
    node("Add", [f"{own}_evidence_before", node("Div", [maps, safe], "unit_maps")], "evidence")
    partial.put_back(found.model, found.check)
    _sort(graph)
    return bytes(found.model.SerializeToString())


def correction_of(content: bytes) -> Correction | None:
    """The last correction that was added to the network of a model file; None where there is none."""
    found = _Graph(content)
    number = _corrections(found)
    if not number:
        return None
    change, doubt, shift = (
        found.array(f"{_OWN}{number - 1}_{name}").astype(np.float64) for name in ("weight", "doubt", "shift")
    )
    return Correction(change, doubt[:, 0], float(shift))


def _corrections(found: _Graph) -> int:
    """How many corrections a network has."""
    return sum(name.startswith(_OWN) and name.endswith("_weight") for name in found.weights)


def _sort(graph: "onnx.GraphProto") -> None:
    """Put every node behind those whose outputs it takes, as ONNX wants it."""
    nodes = list(graph.node)
    makers = {name: k for k, one in enumerate(nodes) for name in one.output}
    order = TopologicalSorter({k: {makers[i] for i in n.input if i in makers} for k, n in enumerate(nodes)})
    arranged = [nodes[k] for k in order.static_order()]
    del graph.node[:]
    graph.node.extend(arranged)
