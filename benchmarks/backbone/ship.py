"""Writes a bundled model with its scores, and the report that travels with it. Fits nothing.

    python -m benchmarks.backbone.ship FILE

stores the weights of a model of CIFAR-10 as float16, chooses its threshold on staged pictures in the model's
own views, and measures it anew; `cifar10` ships so.
"""

import argparse
import gzip
import math
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx

from benchmarks.backbone.assemble import shrunk
from benchmarks.models.views import stage
from benchmarks.record import DATA
from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures, split
from tenfold.evaluation.evaluate import ModelOutputs, model_outputs, score
from tenfold.evaluation.novelty import threshold
from tenfold.evaluation.report import write_report
from tenfold.export import partial
from tenfold.inference import Classifier
from tenfold.modelfile import ModelInfo


def ship(
    output: Path,
    network: bytes,
    info: ModelInfo,
    test: LabelledPictures,
    validation: LabelledPictures,
    name: str,
) -> None:
    """Add the check for missing parts, measure the network, and write model, report page and figures.

    Args:
        output: the model file; the report goes beside it.
        info: the facts, without scores.
        name: what the test pictures are called.
    """
    model = onnx.load_from_string(network)
    partial.take_out(model)
    partial.add(model, plain=True)
    network = bytes(model.SerializeToString())
    costs = {"multiply_adds": multiply_adds(model)}
    info = replace(info, network=info.network | costs | partial.facts(added=True))
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.onnx"
        modelfile.write(draft, network, info)
        classifier = Classifier(draft)
        found = model_outputs(classifier, test.pictures)
        scores = {
            "test": _summary(test, found, info),
            "validation": _summary(validation, model_outputs(classifier, validation.pictures), info),
        }
    modelfile.write(output, network, replace(info, scores=scores))
    print(scores, f"{output.stat().st_size / 1e6:.1f} MB", flush=True)
    page = output.with_name(f"{output.stem}-report.html")
    write_report(page, Classifier(output), test, name=name, found=found)
    page.with_suffix(".html.gz").write_bytes(gzip.compress(page.read_bytes(), mtime=0))
    page.unlink()


def multiply_adds(model: onnx.ModelProto) -> int:
    """Those of a network's convolutions and products for one view."""
    model = onnx.load_from_string(model.SerializeToString())
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes = {one.name: list(one.dims) for one in graph.initializer}
    for one in (*graph.value_info, *graph.input, *graph.output):
        shapes[one.name] = [side.dim_value for side in one.type.tensor_type.shape.dim]
    found = 0
    for node in graph.node:
        if node.op_type == "Conv":
            found += math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[1]][1:])
        elif node.op_type in ("Gemm", "MatMul"):
            found += math.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
    return found


def of_staged(network: bytes, info: ModelInfo, validation: LabelledPictures) -> ModelInfo:
    """The facts with the threshold that keeps what it should of staged pictures in the model's own views."""
    random = np.random.default_rng(7)
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.onnx"
        modelfile.write(draft, network, info)
        classifier = Classifier(draft)
        shown = [classifier.prepare(stage(one, random)) for one in validation.pictures]
        found = np.array([one.novelty for one in classifier.run(shown)])
    chosen = f"{len(found):,} validation pictures, staged as photographs, in all views of each"
    training = info.training | {"threshold_chosen_on": chosen}
    return replace(info, threshold=threshold(found, info.known_rate), training=training)


def _summary(data: LabelledPictures, found: ModelOutputs, info: ModelInfo) -> dict[str, object]:
    return score(data, found, info.threshold).summary()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    content, info = modelfile.read(file)
    model = onnx.load_from_string(content)
    del model.metadata_props[:]
    partial.take_out(model)
    _, validation = split(cifar10.load_train(DATA), cifar10.VALIDATION)
    network = bytes(shrunk(model, in_bytes=False).SerializeToString())
    info = of_staged(network, info, validation)
    ship(file, network, info, cifar10.load_test(DATA), validation, "CIFAR-10")


if __name__ == "__main__":
    main()
