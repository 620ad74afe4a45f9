"""A model is tried before it is relied on."""

from pathlib import Path

import pytest

from tenfold.errors import ModelFileError
from tenfold.inference import Classifier
from tenfold.inference.trial import try_out
from tenfold.modelfile import ClassName
from tests import tiny


def test_a_model_that_keeps_its_promises_passes() -> None:
    try_out(Classifier(tiny.MODEL, threads=1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classes": tuple(map(ClassName, "abc"))}, r"outputs \(1, 10\).* for 3 classes"),
        ({"input_size": 40}, "Got invalid dimensions|dimension"),
    ],
)
def test_one_that_does_not_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    path = tiny.variant(tmp_path / "lying.onnx", **changes)
    with pytest.raises(ModelFileError, match=f"does not answer as its facts promise .*({words})"):
        try_out(Classifier(path, threads=1))
