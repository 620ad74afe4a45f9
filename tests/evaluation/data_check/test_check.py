"""A dataset with known faults: all of them are found, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from tenfold.datasets.dataset import Dataset
from tenfold.datasets.opening import open_dataset
from tenfold.evaluation.data_check import label_errors
from tenfold.evaluation.data_check.check import check
from tenfold.evaluation.data_check.findings import DataCheck, Finding
from tenfold.evaluation.data_check.pictures import AllPictures
from tests.datasets.making import picture
from tests.evaluation.data_check.test_duplicates import drawing
from tests.fakes import FakeClassifier

CLASSES = ("blue", "green", "red")


def coloured(label: str, seed: int, size: tuple[int, int] = (120, 120)) -> Image.Image:
    """A drawing in a colour, so that the classifier that sees colours knows its class."""
    tint = {"red": (120, 0, 0), "green": (0, 120, 0), "blue": (0, 0, 120)}[label]
    grain = np.random.default_rng(seed).normal(0, 8, (120, 120, 3))
    pixels = np.asarray(drawing(seed, 120)) * 0.5 + np.array(tint) + grain
    pixels[30 + seed % 40 : 60 + seed % 40, 20 + seed % 50 : 70] += 60  # so that none is empty by chance
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).resize(size)


def faulty(root: Path) -> Path:
    """Folders of three colours, 12 pictures of each to learn from, 2 to choose by, 2 to test; and faults."""
    for k, label in enumerate(CLASSES):
        for number in range(16):
            part = "train" if number < 12 else "val" if number < 14 else "test"
            path = root / part / label / f"{number:02}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            coloured(label, 100 * k + number).save(path)
    train = root / "train"
    coloured("red", 214).save(train / "red" / "leaked.png")
    ImageOps.mirror(coloured("red", 207)).save(train / "red" / "near.jpg", quality=60)
    coloured("blue", 5).save(train / "blue" / "exact.png")
    coloured("blue", 6).save(train / "green" / "conflict.png")
    coloured("green", 700).filter(ImageFilter.GaussianBlur(12)).save(train / "green" / "blurred.png")
    Image.new("RGB", (60, 60), (0, 9, 0)).save(train / "green" / "dark.png")
    coloured("red", 701, (400, 100)).save(train / "red" / "long.png")
    coloured("red", 702).save(train / "blue" / "wrong.png")
    return root


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    root = faulty(tmp_path / "colours")
    return open_dataset(str(root), side=96, data_dir=root, cache=tmp_path / "cache")


def found(report: DataCheck, pool: AllPictures, name: str) -> list[list[str]]:
    (problem,) = (problem for problem in report.problems if problem.name == name)
    return [
        [pool.sources[number].removeprefix("train/") for number in one.pictures] for one in problem.findings
    ]


def only(report: DataCheck, name: str) -> Finding:
    (problem,) = (problem for problem in report.problems if problem.name == name)
    (finding,) = problem.findings
    return finding


@pytest.mark.slow
@pytest.mark.train
def test_every_fault_is_found_and_nothing_else(data: Dataset, tmp_path: Path) -> None:
    steps: list[str] = []
    report, pool = check(
        data,
        FakeClassifier(),
        root=tmp_path / "colours",
        progress=lambda what, done, total: steps.append(f"{what} {done / total:.0%}"),
    )
    expected = {
        "conflicts": [{"blue/06.png", "green/conflict.png"}],
        "exact": [{"blue/05.png", "blue/exact.png"}],
        "near": [{"red/07.png", "red/near.jpg"}],
        "dark": [{"green/dark.png"}],
        "bright": [],
        "empty": [],
        "blurred": [{"green/blurred.png"}],
        "shape": [{"red/long.png"}],
        "rare": [],
    }
    for name, groups in expected.items():
        assert [set(group) for group in found(report, pool, name)] == groups, name
    assert found(report, pool, "leaks") == [["test/red/14.png", "red/leaked.png"]]
    assert {"blue/wrong.png", "green/conflict.png"} <= {one for (one,) in found(report, pool, "labels")}
    assert report.has_problems
    assert report.counts.sum() == len(pool) == 56
    assert "looking at pictures 100%" in steps
    assert "asking the model 100%" in steps


@pytest.mark.train
def test_findings_say_what_was_measured(data: Dataset, tmp_path: Path) -> None:
    report, pool = check(data, FakeClassifier(), root=tmp_path / "colours")
    assert only(report, "exact").note == "exactly the same"
    near = only(report, "near")
    assert near.note.startswith("alike to ")
    assert near.note.endswith("%, likely a copy, one is mirrored")
    assert near.score < 1
    assert only(report, "shape").note == "400 x 100 pixels"
    assert only(report, "dark").note == "brightest parts 5 of 255"
    (labels,) = (problem for problem in report.problems if problem.name == "labels")
    by_source = {pool.sources[one.pictures[0]]: one for one in labels.findings}
    assert by_source["train/blue/wrong.png"].suggestion == "red"
    assert by_source["train/blue/wrong.png"].note.startswith("labelled blue (")
    assert by_source["train/blue/wrong.png"].note.endswith("%), rather red")
    assert report.remarks == (
        "Near copies are pictures whose edges correlate by 0.60 or more.",
        "Labels are checked by colours, which is taken not to have learned from these pictures.",
    )


@pytest.mark.train
def test_a_model_that_learned_from_the_pictures_judges_only_the_others(data: Dataset) -> None:
    classifier = FakeClassifier()
    classifier.info = replace(classifier.info, data_fingerprint=data.fingerprint)
    report, _ = check(data, classifier)
    assert report.remarks[1] == (
        "Labels of validation and test are checked by colours, which did not learn from them; those of "
        "training by logistic regression on the embeddings of colours, in 5 folds. Its embeddings have seen "
        "these labels, so wrong ones may stay hidden."
    )


@pytest.mark.slow
@pytest.mark.train
def test_a_model_of_other_classes_gives_its_embeddings(data: Dataset) -> None:
    other = replace(
        data,
        **{
            part: replace(getattr(data, part), classes=("sea", "wood", "brick"))
            for part in ("training", "validation", "test")
        },
    )
    report, pool = check(other, FakeClassifier())
    assert report.remarks[1] == (
        "Labels are checked by logistic regression on the embeddings of colours, in 5 folds."
    )
    suspected = {one for (one,) in found(report, pool, "labels")}
    assert suspected & {"blue/wrong.png", "green/conflict.png"}
    assert len(suspected) <= 4


@pytest.mark.slow
def test_wrong_labels_may_be_left_out(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_errors, "require", lambda: pytest.fail("cleanlab was asked for"))
    report, _ = check(data, FakeClassifier(), labels=False)
    assert "labels" not in [problem.name for problem in report.problems]
    assert len(report.remarks) == 1


def test_a_rare_class_is_named(data: Dataset) -> None:
    keep = np.flatnonzero((data.training.labels != 1) | (np.arange(len(data.training)) % 9 == 0))
    report, _ = check(replace(data, training=data.training.take(keep)), FakeClassifier(), labels=False)
    note = only(report, "rare").note
    assert note.startswith("green: ")
    assert "the largest class has " in note


def test_a_class_too_small_to_be_in_every_part_is_rare(tmp_path: Path) -> None:
    root = tmp_path / "pets"
    for label, count in (("cat", 2), ("ship", 10)):
        for number in range(count):
            picture(root / label / f"{number}.png", 100 * count + number)
    data = open_dataset(str(root), side=96, data_dir=root, cache=tmp_path / "cache", to_train=False)
    report, _ = check(data, FakeClassifier(), labels=False, root=root)
    assert only(report, "rare").note == "cat: 2 to learn from, the largest class has 6"


@pytest.mark.parametrize("side", [20, 32, 48, 64, 90])
def test_a_small_picture_is_not_called_blurred_because_it_was_enlarged(tmp_path: Path, side: int) -> None:
    root = tmp_path / "small"
    for k, label in enumerate(CLASSES):
        (root / label).mkdir(parents=True)
        for number in range(4):
            coloured(label, 100 * k + number, (side, side)).save(root / label / f"{number}.png")
    blurred = coloured("red", 900, (side, side)).filter(ImageFilter.GaussianBlur(side / 8))
    blurred.save(root / "red" / "blurred.png")
    data = open_dataset(str(root), side=96, data_dir=root, cache=tmp_path / "cache", to_train=False)
    report, pool = check(data, FakeClassifier(), labels=False, root=root)
    assert found(report, pool, "blurred") == [["red/blurred.png"]]


def test_a_leak_is_a_fact_where_pixels_are_the_same_and_likely_where_they_are_alike(data: Dataset) -> None:
    copied = replace(data.training, pictures=data.training.pictures.copy())
    copied.pictures[0] = data.test.pictures[0][:, ::-1]
    report, _ = check(replace(data, training=copied), FakeClassifier(), labels=False)
    (problem,) = (one for one in report.problems if one.name == "leaks")
    certain, likely = problem.findings
    assert certain.note == "exactly the same"
    assert likely.note == "alike to 99%, likely a copy, one is mirrored"
    assert "likely" in problem.title
    assert "likely" in problem.advice


def test_a_pool_numbers_training_validation_and_test_in_turn(data: Dataset) -> None:
    pool = AllPictures(data)
    parts = (data.training, data.validation, data.test)
    assert len(pool) == sum(map(len, parts))
    assert pool.sources == sum((part.sources for part in parts), ())
    everything = np.concatenate([part.pictures for part in parts])
    for number in (0, len(data.training) - 1, len(data.training), len(pool) - 1):
        assert (pool.picture(number) == everything[number]).all()
    assert (np.concatenate([batch for _, batch in pool.batches()]) == everything).all()
    starts = [start for start, _ in pool.batches(32)]
    assert starts == [0, len(data.training), len(data.training) + len(data.validation)]
    assert pool.digests() == [digest for part in parts for digest in part.digests()]
