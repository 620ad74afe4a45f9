"""A taught head as an ordinary model file: the backbone cut out of another model file, with a new head on it.

It needs onnx, which is imported when a model is written.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenfold import modelfile
from tenfold.errors import ModelFileError
from tenfold.export import partial
from tenfold.modelfile import OUTPUTS, ModelInfo
from tenfold.teaching.background import background
from tenfold.teaching.rejection import DISTANCE, Rejection
from tenfold.teaching.teach import Taught

if TYPE_CHECKING:
    import onnx

# The tensor of the backbone's cells `[N, D, h, w]`, which every file that can be taught from has.
CELLS = "backbone_cells"
_OWN = "taught_"
# The head's weights, `[K, D, 1, 1]`.
WEIGHT = f"{_OWN}filters"


def write(target: Path, source: Path, taught: Taught, info: ModelInfo, *, parts: bool = True) -> None:
    """Write the model file.

    Args:
        target: holds either the old or the whole new file at every moment.
        parts: whether it checks that no part of a picture is missing.

    Raises:
        ModelFileError: `source` has no backbone to teach, or a file cannot be read or written.
    """
    modelfile.write(target, network(source, taught, parts=parts), info)


def network(source: Path, taught: Taught, *, parts: bool = True) -> bytes:
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
    if parts:
        partial.add(model, plain=False)
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

    def node(kind: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        names = [name if name in OUTPUTS else _OWN + name for name in outputs]
        graph.node.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0]

    head, tiny = taught.head, weight("tiny", np.float32(1e-8))
    channels, places = weight("channels", np.array([1])), weight("places", np.array([2, 3]))
    feature = node("ReduceMean", [CELLS, places], "feature", keepdims=1)
    length = node("ReduceL2", [feature, channels], "length", keepdims=1)
    safe = node("Add", [length, tiny], "safe_length")
    cells = node("Div", [CELLS, safe], "unit_cells")
    pooled = node("Div", [feature, safe], "unit_feature")
    embedding = node("Flatten", [pooled], "embedding", axis=1)
    filters = weight("filters", head.weight.T.astype(np.float32)[:, :, None, None])
    bias = weight("bias", head.bias.astype(np.float32))
    node("Conv", [cells, filters, bias], "evidence")
    # The mean of the evidence over the cells is the logit, as in every model file. Here it is computed from
    # the embedding, so that stored embeddings suffice to evaluate another head.
    place = node("Unsqueeze", [embedding, places], "place")
    logits = node("Flatten", [node("Conv", [place, filters, bias], "place_logits")], "logits", axis=1)
    softened = node("Div", [logits, weight("temperature", np.float32(taught.temperature))], "softened")
    node("Softmax", [softened], "probabilities", axis=1)
    _add_novelty(node, weight, taught.rejection, embedding)


def _add_novelty(
    node: Callable[..., str], weight: Callable[..., str], found: Rejection, embedding: str
) -> None:
    """As `Rejection.novelty`."""
    common = background(len(found.head.weight))
    axis = weight("axis", np.array([1]))
    centred = node("Sub", [embedding, weight("mean", common.mean)], "centred")
    along = node("MatMul", [centred, weight("directions", common.directions * common.shrink)], "along")
    taken = node("MatMul", [along, weight("directions_back", common.directions.T.copy())], "taken")
    left = node("Sub", [centred, taken], "left")
    length = node("ReduceL2", [left, axis], "extent", keepdims=1)
    extent = node("Add", [length, weight("least", np.float32(1e-8))], "safe_extent")
    compared = node("Div", [left, extent], "compared")
    alike = node("MatMul", [compared, weight("prototypes", found.prototypes.T.copy())], "alike")
    node("TopK", [alike, weight("k", np.array([found.neighbours]))], "near", "which")
    near = node("ReduceMean", [_OWN + "near", axis], "nearest", keepdims=0)
    distance = node("Mul", [near, weight("distance", np.float32(DISTANCE))], "closeness")
    # The best class is subtracted from "everything else": the evidence against all classes.
    columns = (found.head.weight[:, -1:] - found.head.weight[:, :-1]).astype(np.float32)
    constant = DISTANCE - found.cut + found.head.bias[-1] - found.head.bias[:-1]
    against = node(
        "Gemm",
        [embedding, weight("others", columns), weight("others_bias", constant.astype(np.float32))],
        "against",
    )
    least = node("ReduceMin", [against, axis], "least_against", keepdims=0)
    node("Sigmoid", [node("Sub", [least, distance], "strangeness")], "novelty")
