"""What a LiteRT file says of itself is what MediaPipe reads."""

import json
import os
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tenfold import modelfile
from tenfold.export.formats import FORMATS, missing
from tenfold.export.formats.litert_metadata import label_files, metadata
from tenfold.inference import Classifier
from tenfold.modelfile import ClassName
from tests import tiny
from tests.fakes import INFO

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        missing(FORMATS["litert"]) is not None, reason="needs the litert extra: pip install 'tenfold[litert]'"
    ),
]


class Table:
    """A table of a flatbuffer, read by the numbers of the schema's fields."""

    def __init__(self, content: bytes, position: int | None = None) -> None:
        from flatbuffers.table import Table as Read

        root = int.from_bytes(content[:4], "little")
        self._table = Read(bytearray(content), root if position is None else position)

    def _at(self, slot: int) -> int:
        return int(self._table.Offset(4 + 2 * slot))

    def text(self, slot: int) -> str:
        return str(self._table.String(self._at(slot) + self._table.Pos).decode())

    def number(self, slot: int) -> int:
        return int(self._table.Bytes[self._table.Pos + self._at(slot)])

    def table(self, slot: int) -> "Table":
        return Table(self._table.Bytes, self._table.Indirect(self._at(slot) + self._table.Pos))

    def tables(self, slot: int) -> "list[Table]":
        start, count = self._table.Vector(self._at(slot)), self._table.VectorLen(self._at(slot))
        return [Table(self._table.Bytes, self._table.Indirect(start + 4 * k)) for k in range(count)]

    def floats(self, slot: int) -> list[float]:
        start, count = self._table.Vector(self._at(slot)), self._table.VectorLen(self._at(slot))
        found: list[float] = np.frombuffer(self._table.Bytes, np.float32, count, start).tolist()
        return found


@pytest.mark.quick
def test_it_says_by_the_schema_how_pixels_go_in_and_labels_come_out() -> None:
    content = metadata(replace(INFO, name="pens"))
    root = Table(content)
    (network,) = root.tables(3)
    (image,), (probabilities,) = network.tables(2), network.tables(3)
    (pixels,) = image.tables(4)

    assert content[4:8] == b"M001"
    assert (root.text(0), root.text(7)) == ("pens", "1.0.0")
    assert (image.table(3).number(0), image.table(3).table(1).number(0)) == (2, 1)  # an image, RGB
    assert (pixels.number(0), pixels.table(1).floats(0), pixels.table(1).floats(1)) == (1, [0.0], [1.0])
    assert (image.table(5).floats(0), image.table(5).floats(1)) == ([255.0], [0.0])
    assert (probabilities.table(5).floats(0), probabilities.table(5).floats(1)) == ([1.0], [0.0])
    labels = probabilities.tables(6)[0]
    assert (labels.text(0), labels.number(2)) == ("labels.txt", 2)


@pytest.mark.quick
def test_each_language_that_names_all_classes_has_a_file() -> None:
    classes = (
        ClassName("pen", {"uk": "ручка", "ru": "ручка"}),
        ClassName("two\nlines", {"uk": "два рядки"}),
    )
    files = label_files(replace(INFO, classes=classes))

    assert files == {"labels.txt": "pen\ntwo lines", "labels_uk.txt": "ручка\nдва рядки"}


@pytest.mark.parametrize("name", ["litert", "litert-int8"])
def test_a_file_has_it_once_and_its_labels_behind_it(name: str, tmp_path: Path) -> None:
    from ai_edge_litert import schema_py_generated as schema

    made, target = FORMATS[name], tmp_path / "tiny.tflite"
    _, info = modelfile.read(tiny.MODEL)
    made.convert(tiny.MODEL, target, [])
    made.describe(target, replace(info, name="before"))
    made.describe(target, info)

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(target.read_bytes(), 0))
    (entry,) = model.metadata
    assert entry.name == b"TFLITE_METADATA"
    assert bytes(model.buffers[entry.buffer].data) == metadata(info)
    with zipfile.ZipFile(target) as files:
        assert files.read("labels.txt").decode().split("\n") == list(info.labels)
        assert all(one.compress_type == zipfile.ZIP_STORED for one in files.infolist())


_MEDIAPIPE = """
import json, sys
import mediapipe
from mediapipe.tasks.python import BaseOptions, vision

found = []
for language in ("", "uk"):
    options = vision.ImageClassifierOptions(
        base_options=BaseOptions(model_asset_path=sys.argv[1]), max_results=1,
        display_names_locale=language or None,
    )
    with vision.ImageClassifier.create_from_options(options) as classifier:
        for picture in sys.argv[2:]:
            answer = classifier.classify(mediapipe.Image.create_from_file(picture))
            (best,) = answer.classifications[0].categories
            found.append([best.category_name, best.display_name, best.score])
print(json.dumps(found))
"""


@pytest.mark.parametrize("name", ["litert", "litert-int8"])
def test_mediapipe_s_image_classifier_names_pictures_with_it(name: str, tmp_path: Path) -> None:
    """mediapipe brings other versions than ours, so it has an environment of its own."""
    python = os.environ.get("TENFOLD_MEDIAPIPE_PYTHON", "")
    if not python:
        pytest.skip(
            "needs mediapipe: `make .venv-mediapipe/.ready`, and its python in TENFOLD_MEDIAPIPE_PYTHON"
        )
    source, target = modelfile.bundled("cifar10"), tmp_path / "cifar10.tflite"
    made, original = FORMATS[name], Classifier(source, threads=1)
    made.convert(source, target, [])
    made.describe(target, original.info)
    random = np.random.default_rng(2)
    pictures: list[Path] = []
    for place in range(20):
        coarse = Image.fromarray(random.integers(0, 256, (4, 4, 3), dtype=np.uint8))
        coarse.resize((32, 32), Image.Resampling.BICUBIC).save(file := tmp_path / f"{place}.png")
        pictures.append(file)

    done = subprocess.run(
        [python, "-c", _MEDIAPIPE, str(target), *map(str, pictures)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    loaded = made.load(target)
    names = {one.label: one.names["uk"] for one in original.info.classes}
    for file, plain, ukrainian in zip(pictures, found[:20], found[20:], strict=True):
        said = loaded.classify(file)
        assert plain[0] == said.label
        assert plain[2] == pytest.approx(said.confidence, abs=0.02)
        assert ukrainian[:2] == [said.label, names[said.label]]
