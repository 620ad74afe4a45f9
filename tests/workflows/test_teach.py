"""tenfold.workflows.teach: from a folder to a classifier of own classes."""

from pathlib import Path

from tenfold import Classifier
from tests import tiny
from tests.teaching import backbone


def test_a_classifier_is_taught_from_a_folder(tmp_path: Path) -> None:
    folder = tiny.folder(tiny.shades(20, classes=2), tmp_path / "two")
    source = backbone.write(tmp_path / "backbone.onnx")
    done: list[tuple[int, int]] = []
    keep = {"keep": 0.5, "progress": lambda *counts: done.append(counts)}
    taught = Classifier.teach(folder, tmp_path / "two.onnx", name="Two", backbone=source, **keep)
    assert done[-1] == (20, 20)
    assert taught.info.known_rate == 0.5
    assert (taught.info.name, taught.info.labels) == ("Two", ("class 0", "class 1"))
    assert taught.classify(tiny.shades(2, classes=2).pictures[0]).label in taught.info.labels
