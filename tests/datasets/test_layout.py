"""Which folders are parts and which are classes, in the layouts that data sets come in."""

from pathlib import Path

import pytest

from tenfold.datasets.folders import list_folder
from tests.datasets.test_folders import touch

CLASSES = ("cat", "dog")


def of(*places: str, each: int = 2) -> list[str]:
    """Names of files of both classes in each place."""
    return [f"{place}/{label}/{n}.jpg" for place in places for label in CLASSES for n in range(each)]


@pytest.mark.parametrize(
    ("names", "layout"),
    [
        (of("train", "test"), "parts: test (test), training (train)"),
        (of("training_set", "test_set"), "parts: test (test_set), training (training_set)"),
        (of("Training", "Testing"), "parts: test (Testing), training (Training)"),
        (of("train", "valid", "test"), "parts: test (test), training (train), validation (valid)"),
        (of("training", "validation", "testing"),
         "parts: test (testing), training (training), validation (validation)"),
        (of("seg_train/seg_train", "seg_test/seg_test"),
         "parts: test (seg_test/seg_test), training (seg_train/seg_train)"),
        (of("train/images", "val/images"), "parts: training (train/images), validation (val/images)"),
        (of("train2017", "val2017"), "parts: training (train2017), validation (val2017)"),
        (of("train-images", "test-images"), "parts: test (test-images), training (train-images)"),
        (of("trainset", "testset"), "parts: test (testset), training (trainset)"),
        (of("pets_train", "pets_test"), "parts: test (pets_test), training (pets_train)"),
        (of("test1", "train"), "parts: test (test1), training (train)"),
        (of("val", "test"), "parts: test (test), validation (val)"),
        (of("train", "dev", "test"), "parts: validation (dev), test (test), training (train)"),
        (of("training", "evaluation"), "parts: test (evaluation), training (training)"),
        (of("train", "holdout"), "parts: test (holdout), training (train)"),
        (of("test"), "parts: test (test)"),
        (of("archive/PetImages"), "each folder in archive/PetImages is a class"),
        (of("pets/train", "pets/test"), "parts: test (pets/test), training (pets/train)"),
    ],
)  # fmt: skip
def test_parts_and_classes_are_found_and_said(tmp_path: Path, names: list[str], layout: str) -> None:
    found = list_folder(touch(tmp_path, *names), "pets")
    assert (found.classes, found.layout, found.skipped) == (CLASSES, layout, ())
    assert len(found.entries) == len(names)


@pytest.mark.parametrize("stray", ["labels.mat", "cover.jpg", "all.zip", "README"])
@pytest.mark.parametrize("place", ["train", "test"])
def test_a_stray_file_in_a_part_makes_no_class_of_it(tmp_path: Path, place: str, stray: str) -> None:
    found = list_folder(touch(tmp_path, *of("train", "test"), f"{place}/{stray}"), "pets")
    assert found.classes == CLASSES
    assert {(entry.part, entry.source.partition("/")[0]) for entry in found.entries} == {
        ("training", "train"),
        ("test", "test"),
    }
    assert [(one.source, one.reason) for one in found.skipped] == [
        (f"{place}/{stray}", "lies beside the class folders")
    ]


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ("test", "test"),  # as in competitions: pictures to be classified
        ("seg_pred/seg_pred", "seg_pred"),
        ("single_prediction", "single_prediction"),
        ("unlabeled", "unlabeled"),
    ],
)
def test_pictures_without_a_class_are_passed_over_and_this_is_said(
    tmp_path: Path, beside: str, said: str
) -> None:
    touch(tmp_path, *of("train", "val"), *(f"{beside}/{n}.jpg" for n in range(5)))
    found = list_folder(tmp_path, "pets")
    assert (found.classes, len(found.entries)) == (CLASSES, 8)
    assert found.layout.endswith(f"; the pictures in {said} have no class and are ignored")


@pytest.mark.parametrize(
    ("names", "classes", "layout"),
    [
        (["train/1.jpg", "bus/1.jpg"], ("bus", "train"), "train is a class, not a part"),
        (["steam_train/a/1.jpg", "freight_train/b/1.jpg"], ("freight_train", "steam_train"),
         "folders in class folders are no classes of their own; freight_train is a class, not a part; "
         "steam_train is a class, not a part"),
        (["test/1.jpg", "test/old/1.jpg", "cat/1.jpg"], ("cat", "test"), "test is a class, not a part"),
        (of("animals", "pets"), ("animals", "pets"), "folders in class folders are no classes of their own"),
        (["cat/train/1.jpg", "cat/test/2.jpg", "dog/train/1.jpg"], CLASSES,
         "test, train in class folders are not taken as parts: to keep them apart, put the classes into the "
         "parts, such as test/cat"),
        (["contest/a/1.jpg", "protest/b/1.jpg", "cat/1.jpg"], ("cat", "contest", "protest"), ""),
    ],
)  # fmt: skip
def test_classes_that_are_named_like_parts_are_classes_and_this_is_said(
    tmp_path: Path, names: list[str], classes: tuple[str, ...], layout: str
) -> None:
    found = list_folder(touch(tmp_path, *names), "things")
    assert (found.classes, found.layout) == (classes, layout)


def test_what_was_decided_is_also_there_for_other_languages(tmp_path: Path) -> None:
    touch(tmp_path, *of("seg_train/seg_train", "seg_test/seg_test"), "seg_pred/1.jpg")
    parts, no_class = list_folder(tmp_path, "pets").remarks
    assert (parts.kind, parts.names) == (
        "parts",
        ("test", "seg_test/seg_test", "training", "seg_train/seg_train"),
    )
    assert (no_class.kind, no_class.names) == ("no-class", ("seg_pred",))


@pytest.mark.parametrize("label", ["nan", "NaN", "NA", "None", "null", "<NA>"])
def test_a_class_that_is_called_as_what_is_missing_is_kept_and_said(tmp_path: Path, label: str) -> None:
    touch(tmp_path, "cat/1.jpg", f"{label}/1.jpg")
    found = list_folder(tmp_path, "pets")
    assert set(found.classes) == {"cat", label}
    assert found.layout == (
        f"{label!r} is a class: remove the pictures in question if that means that the label is missing"
    )
    assert [(one.kind, one.names) for one in found.remarks] == [("missing-like", (label,))]


def test_an_empty_part_is_no_part(tmp_path: Path) -> None:
    touch(tmp_path, *of("train"))
    (tmp_path / "test" / "cat").mkdir(parents=True)
    found = list_folder(tmp_path, "pets")
    assert (found.classes, found.layout) == (CLASSES, "parts: training (train)")


def test_what_a_nas_and_systems_leave_is_no_class(tmp_path: Path) -> None:
    left = ["@eaDir", "#recycle", "$RECYCLE.BIN", "__MACOSX", "lost+found", ".Trash-1000"]
    touch(tmp_path, *of("."), *(f"{name}/a.jpg" for name in left), *(f"cat/{name}/a.jpg" for name in left))
    found = list_folder(tmp_path, "pets")
    assert (found.classes, len(found.entries), found.skipped) == (CLASSES, 4, ())
