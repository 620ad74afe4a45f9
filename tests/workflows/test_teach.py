"""tenfold.workflows.teach: from a folder to a classifier of own classes."""

from pathlib import Path

from tenfold import Classifier
from tests import tiny
from tests.teaching import backbone


def test_a_classifier_is_taught_from_a_folder(tmp_path: Path) -> None:
    folder = tiny.folder(tiny.shades(20, classes=2), tmp_path / "two")
    source = backbone.write(tmp_path / "backbone.onnx")
    taught = Classifier.teach(folder, tmp_path / "two.onnx", name="Two", backbone=source)
    assert (taught.info.name, taught.info.labels) == ("Two", ("class 0", "class 1"))
    assert taught.classify(tiny.shades(2, classes=2).pictures[0]).label in taught.info.labels
