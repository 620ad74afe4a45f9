"""A model file with a tiny backbone that can be taught: what it sees is the mean colour of each quarter."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from tenfold import modelfile
from tenfold.modelfile import ClassName, ModelInfo

SIDE, WIDTH, CELLS = 32, 8, 2


def write(path: Path, cells: str = "backbone_cells", width: int = WIDTH) -> Path:
    """Write it; `cells` is what its tensor of cells is called, `width` how many numbers a feature has."""
    filters = np.random.default_rng(3).normal(size=(width, 3, 16, 16)).mean(axis=(2, 3), keepdims=True)
    filters = np.broadcast_to(filters, (width, 3, 16, 16)).astype(np.float32) / 255
    weights = {
        "filters": filters,
        "places": np.array([2, 3]),
        "axis": np.array([1]),
        "head": np.ones((width, 1), np.float32),
        "tiny": np.float32(1e-6),
    }
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("Conv", ["pixels", "filters"], ["filtered"], strides=[16, 16]),
        helper.make_node("Relu", ["filtered"], [cells]),
        helper.make_node("ReduceMean", [cells, "places"], ["feature"], keepdims=0),
        helper.make_node("ReduceL2", ["feature", "axis"], ["length"], keepdims=1),
        helper.make_node("Add", ["length", "tiny"], ["safe"]),
        helper.make_node("Div", ["feature", "safe"], ["embedding"]),
        helper.make_node("MatMul", ["embedding", "head"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ReduceMax", [cells, "axis"], ["evidence"], keepdims=1),
        helper.make_node("ReduceMax", ["embedding", "axis"], ["novelty"], keepdims=0),
    ]
    shapes = {"probabilities": 2, "embedding": 2, "evidence": 4, "novelty": 1}
    graph = helper.make_graph(
        nodes,
        "backbone",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, [None] * n) for k, n in shapes.items()],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    info = ModelInfo(
        name="colours",
        classes=(ClassName("anything"),),
        input_size=SIDE,
        resize="bilinear",
        views="whole",
        temperature=1.0,
        threshold=1.0,
        known_rate=0.95,
        network={"name": "colours"},
        training={},
        data_fingerprint="0" * 64,
        scores={},
        licence="Apache-2.0",
        tenfold_version="0.1.0",
    )
    modelfile.write(path, model.SerializeToString(), info)
    return path
