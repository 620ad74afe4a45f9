"""What an improvement learns from: which classes, which views, how often, and what of the model's own."""

import csv
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tenfold.catalogue.edits.corrections import CorrectedPicture, Corrections
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.opening import open_dataset
from tenfold.workflows.improve.data import LessonWriter, Mixture, evenly, lessons, repeats_of
from tests import tiny
from tests.fakes import BLUE, GREEN, RED, FakeClassifier, picture

COLOURS = {"red": RED, "green": GREEN, "blue": BLUE, "grey": (120, 120, 120)}


def pictures(where: Path, label: str, count: int) -> list[CorrectedPicture]:
    """So many different photographs of a colour, on the disk by their hash."""
    found = []
    for number in range(count):
        r, g, b = COLOURS[label]
        content = picture((r, g, b), size=(96 + number, 64))
        name = sha256(content).hexdigest()
        (where / name).write_bytes(content)
        found.append(CorrectedPicture(name, label))
    return found


def rows(manifest: Path) -> list[dict[str, str]]:
    with manifest.open(newline="") as file:
        return list(csv.DictReader(file))


def own(side: int = 32) -> Dataset:
    names = ("blue", "green", "red")
    parts = [tiny.shades(count, 3, side, seed) for count, seed in ((60, 1), (15, 2), (30, 3))]
    renamed = [type(one)(one.pictures, one.labels, names) for one in parts]
    return Dataset("own", renamed[0], renamed[1], renamed[2], "f" * 64)


def test_a_class_that_is_new_is_learned_where_there_are_enough_pictures() -> None:
    many = [CorrectedPicture(sha256(bytes([n])).hexdigest(), "cow") for n in range(40)]
    few = [CorrectedPicture(sha256(bytes([n, n])).hexdigest(), "pig") for n in range(5)]
    none = [CorrectedPicture(sha256(bytes([n, 0, n])).hexdigest(), "") for n in range(1, 30)]
    taught = lessons(Corrections((*many, *few, *none)), ("cat", "dog"), 10)
    assert taught.classes == ("cat", "cow", "dog")
    assert taught.new == ("cow",)
    assert taught.left_out == {"pig": sum(not one.held_out for one in few)}
    assert taught.none == 29
    assert {one.label for one in taught.pictures} == {"cow"}
    # Who is none of the classes is judged by, and a class that is not learned is not.
    assert {one.label for one in taught.held_out} == {"cow", ""}
    assert not {one.hash for one in taught.held_out} & {one.hash for one in taught.pictures}


def test_nothing_that_is_kept_back_is_learned_from(tmp_path: Path) -> None:
    found = [one for label in ("red", "green") for one in pictures(tmp_path, label, 20)]
    taught = lessons(Corrections(tuple(found)), ("blue", "green", "red"), 10)
    assert taught.held_out
    written = LessonWriter(
        tmp_path / "out", FakeClassifier(), lambda h: (tmp_path / h).read_bytes(), Mixture()
    ).write(taught, own())
    paths = " ".join(row["path"] for row in rows(written.manifest))
    assert all(one.hash in paths for one in taught.pictures)
    assert not any(one.hash in paths for one in taught.held_out)


def test_a_photograph_is_learned_as_the_views_that_the_model_is_shown(tmp_path: Path) -> None:
    classifier = FakeClassifier()
    classifier.info = type(classifier.info)(**{**vars(classifier.info), "views": "six-wide"})
    taught = lessons(Corrections(tuple(pictures(tmp_path, "red", 12))), ("blue", "green", "red"), 10)
    written = LessonWriter(
        tmp_path / "out", classifier, lambda h: (tmp_path / h).read_bytes(), Mixture()
    ).write(taught, own())
    # The whole, the middle and both ends; mirror images are the training's to make.
    assert written.views == 4 * len(taught.pictures)
    data = open_dataset(
        str(written.manifest), side=32, data_dir=tmp_path, cache=tmp_path / "cache", resize="bilinear"
    )
    assert data.training.classes == ("blue", "green", "red")
    assert len(data.training) == written.views * written.repeats + written.own
    assert (len(data.validation), len(data.test)) == (15, 30)


def test_without_own_data_what_is_kept_back_is_the_runs_test_part(tmp_path: Path) -> None:
    found = [one for label in ("red", "green", "blue") for one in pictures(tmp_path, label, 15)]
    taught = lessons(Corrections(tuple(found)), ("blue", "green", "red"), 10)
    written = LessonWriter(
        tmp_path / "out", FakeClassifier(), lambda h: (tmp_path / h).read_bytes(), Mixture()
    ).write(taught, None)
    by_part: dict[str, set[str]] = {}
    for row in rows(written.manifest):
        by_part.setdefault(row["split"], set()).add(Path(row["path"]).name.partition("-")[0])
    assert by_part["test"] == {one.hash for one in taught.held_out}
    assert by_part["train"] | by_part["val"] == {one.hash for one in taught.pictures}
    assert not by_part["train"] & by_part["val"]
    assert written.repeats == 1


def test_a_picture_that_cannot_be_read_is_counted_and_left_out(tmp_path: Path) -> None:
    found = pictures(tmp_path, "red", 12)
    taught = lessons(Corrections(tuple(found)), ("blue", "green", "red"), 10)
    (tmp_path / taught.pictures[0].hash).write_bytes(b"no picture")
    written = LessonWriter(
        tmp_path / "out", FakeClassifier(), lambda h: (tmp_path / h).read_bytes(), Mixture()
    ).write(taught, own())
    assert written.unread == 1
    assert written.views == len(taught.pictures) - 1


@pytest.mark.parametrize(
    ("views", "kept", "expected"), [(400, 3000, 2), (20, 5000, 8), (5000, 5000, 1), (10, 0, 1), (0, 100, 1)]
)
def test_few_corrections_are_shown_often_and_many_once(views: int, kept: int, expected: int) -> None:
    assert repeats_of(views, kept, Mixture()) == expected


def test_own_pictures_are_taken_evenly_and_always_the_same() -> None:
    data = tiny.shades(200, 4)
    chosen = evenly(data, 40)
    assert np.bincount(data.labels[chosen]).tolist() == [10, 10, 10, 10]
    assert chosen.tolist() == evenly(data, 40).tolist()
    assert len(evenly(data, 1000)) == 200
