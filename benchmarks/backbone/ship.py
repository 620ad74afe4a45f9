"""Writes a bundled model with its scores, and the report that travels with it. Fits nothing.

    python -m benchmarks.backbone.ship FILE

stores the weights of a model of CIFAR-10 as float16 and measures it anew; `cifar10` ships so.
"""

import argparse
import gzip
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx

from benchmarks.backbone.assemble import shrunk
from benchmarks.record import DATA
from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures, split
from tenfold.evaluation.evaluate import ModelOutputs, model_outputs, score
from tenfold.evaluation.report import write_report
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
    """Measure the network, and write model, report page and figures.

    Args:
        output: the model file; the report goes beside it.
        info: the facts, without scores.
        name: what the test pictures are called.
    """
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


def _summary(data: LabelledPictures, found: ModelOutputs, info: ModelInfo) -> dict[str, object]:
    return score(data, found, info.threshold).summary()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    content, info = modelfile.read(file)
    model = onnx.load_from_string(content)
    del model.metadata_props[:]
    _, validation = split(cifar10.load_train(DATA), cifar10.VALIDATION)
    network = bytes(shrunk(model, in_bytes=False).SerializeToString())
    ship(file, network, info, cifar10.load_test(DATA), validation, "CIFAR-10")


if __name__ == "__main__":
    main()
