"""A taught head as an ordinary model file: the backbone cut out of another model file, with a new head on it.

The only module outside training that needs onnx; it is imported when a model is written.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenfold import modelfile
from tenfold.errors import ModelFileError
from tenfold.modelfile import ModelInfo
from tenfold.teaching.background import background
from tenfold.teaching.teach import Taught

if TYPE_CHECKING:
    import onnx

# The tensor of the backbone's cells `[N, D, h, w]`, which every file that can be taught from has.
CELLS = "backbone_cells"
OUTPUTS = ("probabilities", "embedding", "evidence", "novelty")
_OWN = "taught_"
# The head's weights, `[K, D, 1, 1]`.
WEIGHT = f"{_OWN}filters"


def write(target: Path, source: Path, taught: Taught, info: ModelInfo) -> None:
    """Write the model file.

    Args:
        target: holds either the old or the whole new file at every moment.
        source: the model file with the backbone.
        info: the facts of the new file.

    Raises:
        ModelFileError: `source` has no backbone to teach, or a file cannot be read or written.
    """
    modelfile.write(target, network(source, taught), info)


def network(source: Path, taught: Taught) -> bytes:
    """The backbone of `source` with the taught head, as a serialised ONNX model. Raises ModelFileError."""
    import onnx

    content, _ = modelfile.read(source)
    model = onnx.load_from_string(content)
    graph = model.graph
    del model.metadata_props[:]
    _cut(graph, source)
    _add_head(graph, taught)
    for output, shape in zip(OUTPUTS, (("N", "K"), ("N", "D"), ("N", "K", "h", "w"), ("N",)), strict=True):
        graph.output.append(onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, shape))
    return bytes(model.SerializeToString())


def _cut(graph: "onnx.GraphProto", source: Path) -> None:
    """Leave of a graph what its backbone's cells are computed from."""
    makers = {name: node for node in graph.node for name in node.output}
    if CELLS not in makers:
        raise ModelFileError(
            f"The model file {source}",
            "has no backbone to teach",
            received=f"its network has no {CELLS}",
            cure="Teach from the bundled model photo, or from a model that was taught from it.",
        )
    needed, waiting = set(), [CELLS]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += makers[name].input if name in makers else []
    nodes = [node for node in graph.node if needed & set(node.output)]
    weights = [one for one in graph.initializer if one.name in needed]
    del graph.node[:], graph.initializer[:], graph.output[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.initializer.extend(weights)


def _add_head(graph: "onnx.GraphProto", taught: Taught) -> None:
    """The pooled feature at unit length, the head on it, its activation maps, the distance to prototypes."""
    from onnx import helper, numpy_helper

    def weight(name: str, array: NDArray[np.generic] | np.generic) -> str:
        graph.initializer.append(numpy_helper.from_array(np.asarray(array), _OWN + name))
        return _OWN + name

    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        name = output if output in OUTPUTS else _OWN + output
        graph.node.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    head, common = taught.head, background(len(taught.head.weight))
    tiny, one = weight("tiny", np.float32(1e-8)), weight("one", np.float32(1))
    channels, places = weight("channels", np.array([1])), weight("places", np.array([2, 3]))
    feature = node("ReduceMean", [CELLS, places], "feature", keepdims=1)
    length = node("ReduceL2", [feature, channels], "length", keepdims=1)
    safe = node("Add", [length, tiny], "safe_length")
    cells = node("Div", [CELLS, safe], "unit_cells")
    pooled = node("Div", [feature, safe], "unit_feature")
    embedding = node("Flatten", [pooled], "embedding", axis=1)
    filters = head.weight.T.astype(np.float32)[:, :, None, None]
    bias = weight("bias", head.bias.astype(np.float32))
    maps = node("Conv", [cells, weight("filters", filters), bias], "evidence")
    # The mean over the cells is the logit, as in every model file.
    logits = node("ReduceMean", [maps, places], "logits", keepdims=0)
    softened = node("Div", [logits, weight("temperature", np.float32(taught.temperature))], "softened")
    probabilities = node("Softmax", [softened], "probabilities", axis=1)
    centred = node("Sub", [embedding, weight("mean", common.mean)], "centred")
    along = node("MatMul", [centred, weight("directions", common.directions * common.shrink)], "along")
    taken = node("MatMul", [along, weight("directions_back", common.directions.T.copy())], "taken")
    left = node("Sub", [centred, taken], "left")
    extent = node("Add", [node("ReduceL2", [left, channels], "extent", keepdims=1), tiny], "safe_extent")
    compared = node("Div", [left, extent], "compared")
    alike = node("MatMul", [compared, weight("prototypes", taught.prototypes.T.copy())], "alike")
    graph.node.append(
        helper.make_node(
            "TopK", [alike, weight("k", np.array([taught.neighbours]))], [_OWN + "near", _OWN + "which"]
        )
    )
    near = node("ReduceMean", [_OWN + "near", channels], "nearest", keepdims=0)
    sure = node("ReduceMax", [probabilities, channels], "surest", keepdims=0)
    doubt = node("Mul", [node("Sub", [one, sure], "unsure"), weight("mix", np.float32(taught.mix))], "doubt")
    node("Add", [node("Sub", [one, near], "far"), doubt], "novelty")
