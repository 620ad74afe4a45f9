"""The front, a head and perhaps a small network as one ONNX model, with small weights. Knows no data."""

import numpy as np
import onnx
import torch
from onnx import TensorProto, compose, helper, numpy_helper

from benchmarks.backbone.front import front, pretrained
from benchmarks.backbone.head import OUTPUTS, Combine, Head, Mix
from benchmarks.backbone.imagenet_classes import COUNT, ImagenetClasses, folds
from tenfold.export.onnx import exported

# Weights with fewer numbers stay as they are: they are no size, and some must be exact.
_LEAST_HALVED = 1000
# Filters of one pixel with so many numbers may be kept in 8 bits, each output's with a scale of its own.
_LEAST_IN_BYTES = 5000


def model(
    head: Head,
    mix: Mix,
    classes: ImagenetClasses,
    small: onnx.ModelProto | None = None,
    small_temperature: float = 1,
    *,
    in_bytes: bool = False,
) -> bytes:
    """The network of a model file.

    Args:
        classes: ours, and which of ImageNet's count as each.
        small: a network of 32 pixels with the same classes and evidence of 7 x 7 cells.
        small_temperature: of its calibration.
        in_bytes: whether the backbone's large weights are kept in 8 bits in place of 16.
    """
    combine = Combine(head, pretrained().head.weight.detach(), folds(classes), mix, small_temperature)
    inputs = {
        "cells": ("backbone_cells", (1280, 6, 6)),
        "feature": ("backbone_feature", (1280,)),
        "imagenet_logits": ("imagenet", (COUNT,)),
        "detail": ("detail", ()),
    }
    parts = []
    if small is not None:
        parts.append(("small_", small, {"image": "small"}))
        inputs["small"] = ("small_probabilities", (len(classes),))
        inputs["small_evidence"] = ("small_evidence", (len(classes), 7, 7))
    examples = tuple(torch.rand(2, *shape) for _, shape in inputs.values())
    last = exported(combine, examples, tuple(inputs), OUTPUTS)
    parts.append(("combine_", last, {name: source for name, (source, _) in inputs.items()}))
    return bytes(shrunk(joined(front(), parts), in_bytes=in_bytes).SerializeToString())


def joined(
    front: onnx.ModelProto, others: list[tuple[str, onnx.ModelProto, dict[str, str]]]
) -> onnx.ModelProto:
    """The front and what follows it, as one graph whose outputs are those of the last.

    Args:
        others: each with a prefix for its names and where its inputs come from, by their own names.
    """
    found = front
    for prefix, other, wires in others:
        other = compose.add_prefix(other, prefix)
        io_map = [(source, prefix + name) for name, source in wires.items()]
        found = compose.merge_models(found, other, io_map=io_map)
    prefix, last, _ = others[-1]
    names = {prefix + one.name: one.name for one in last.graph.output}
    for node in found.graph.node:
        node.output[:] = [names.get(name, name) for name in node.output]
        node.input[:] = [names.get(name, name) for name in node.input]
    kept = {names[one.name]: one for one in found.graph.output if one.name in names}
    del found.graph.output[:]
    for one in last.graph.output:
        kept[one.name].name = one.name
        found.graph.output.append(kept[one.name])
    prune(found.graph)
    return found


def prune(graph: onnx.GraphProto) -> None:
    """Take out the nodes and weights that no output needs; the runtime would compute some of them."""
    needed = {one.name for one in graph.output}
    nodes = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(reversed(nodes))
    weights = [one for one in graph.initializer if one.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(weights)


def shrunk(model: onnx.ModelProto, *, in_bytes: bool) -> onnx.ModelProto:
    """Weights kept as float16 or in 8 bits; they are float32 again once the file is loaded."""
    graph = model.graph
    nodes: list[onnx.NodeProto] = []
    first: dict[tuple[tuple[int, ...], bytes], str] = {}
    for weight in list(graph.initializer):
        array = numpy_helper.to_array(weight)
        same = first.setdefault((array.shape, array.tobytes()), weight.name)
        if same != weight.name:  # two parts have the same weights
            graph.initializer.remove(weight)
            for node in graph.node:
                node.input[:] = [same if name == weight.name else name for name in node.input]
            continue
        if weight.data_type != TensorProto.FLOAT or array.size < _LEAST_HALVED:
            continue
        name = weight.name
        pointwise = array.ndim == 2 or (array.ndim == 4 and array.shape[2:] == (1, 1))
        # The head stays as it is: corrections change it.
        if in_bytes and pointwise and array.size >= _LEAST_IN_BYTES and not name.startswith("combine_head"):
            scale = np.abs(array).reshape(len(array), -1).max(1).reshape(-1, *(1,) * (array.ndim - 1)) / 127
            weight.CopyFrom(numpy_helper.from_array(np.rint(array / scale).astype(np.int8), f"{name}_byte"))
            graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"))
            nodes.append(_cast(f"{name}_byte", f"{name}_whole"))
            nodes.append(
                helper.make_node("Mul", [f"{name}_whole", f"{name}_scale"], [name], name=f"{name}_scaled")
            )
        else:
            weight.CopyFrom(numpy_helper.from_array(array.astype(np.float16), f"{name}_half"))
            nodes.append(_cast(f"{name}_half", name))
    nodes += graph.node
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def _cast(source: str, target: str) -> onnx.NodeProto:
    return helper.make_node("Cast", [source], [target], name=f"{target}_cast", to=TensorProto.FLOAT)
