"""What counts as a class, a part and a picture in a folder."""

import os
from pathlib import Path

import pytest

from tenfold.datasets.folders import list_folder
from tenfold.datasets.listing import Listing, check_learnable
from tenfold.errors import DatasetError
from tenfold.server_files import ServerFiles


def touch(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


def sources(found: Listing) -> list[str]:
    return [entry.source for entry in found.entries]


def test_a_folder_of_a_class_is_taken_with_all_that_is_nested_in_it(tmp_path: Path) -> None:
    touch(tmp_path, "cat/1.jpg", "cat/old/2.JPG", "cat/old/older/3", "dog/1.png")
    found = list_folder(tmp_path, "pets")
    assert found.classes == ("cat", "dog")
    assert sources(found) == ["cat/1.jpg", "cat/old/2.JPG", "cat/old/older/3", "dog/1.png"]
    assert found.labels().tolist() == [0, 0, 0, 1]
    assert {entry.part for entry in found.entries} == {""}


@pytest.mark.parametrize(
    ("name", "part"),
    [("train", "training"), ("Training", "training"), ("val", "validation"), ("valid", "validation"),
     ("validation", "validation"), ("TEST", "test")],
)  # fmt: skip
def test_parts_stand_above_the_classes_by_any_of_their_names(tmp_path: Path, name: str, part: str) -> None:
    touch(tmp_path, f"{name}/cat/1.jpg", f"{name}/dog/1.jpg")
    if part != "training":
        touch(tmp_path, "train/cat/0.jpg", "train/dog/0.jpg")
    found = list_folder(tmp_path, "pets")
    assert found.classes == ("cat", "dog")
    assert {e.part for e in found.entries if e.source.startswith(name)} == {part}


def test_a_class_that_is_called_train_is_a_class(tmp_path: Path) -> None:
    touch(tmp_path, "train/1.jpg", "bus/1.jpg", "tram/1.jpg")
    assert list_folder(tmp_path, "vehicles").classes == ("bus", "train", "tram")


def test_hidden_files_system_files_and_notes_are_passed_over(tmp_path: Path) -> None:
    touch(
        tmp_path, "cat/1.jpg", "cat/.DS_Store", "cat/Thumbs.db", "cat/desktop.ini", "cat/1.xml", "cat/1.TXT",
        "cat/.cache/2.jpg", "dog/1.jpg", ".git/config", "__MACOSX/cat/1.jpg", "labels.csv",
    )  # fmt: skip
    found = list_folder(tmp_path, "pets")
    assert sources(found) == ["cat/1.jpg", "dog/1.jpg"]
    assert (found.skipped, found.layout) == ((), "")


def test_an_empty_class_folder_is_named_and_ends_nothing(tmp_path: Path) -> None:
    touch(tmp_path, "train/cat/1.jpg", "train/dog/1.jpg", "test/cat/1.jpg", "train/cow/notes.txt")
    (tmp_path / "test" / "dog").mkdir()
    found = list_folder(tmp_path, "pets")
    assert found.classes == ("cat", "dog")
    empty = [(one.source, one.reason) for one in found.skipped]
    assert empty == [("test/dog", "holds no pictures"), ("train/cow", "holds no pictures")]


def test_classes_that_differ_in_case_only_are_one_class_and_this_is_said(tmp_path: Path) -> None:
    found = list_folder(touch(tmp_path, "Cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "dog/1.jpg"), "pets")
    assert found.classes == ("cat", "dog")
    assert sources(found) == ["Cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "dog/1.jpg"]
    assert found.layout == "'Cat' and 'cat' are one class, 'cat'"


def test_what_is_learned_from_spells_a_class(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "train/Cat/1.jpg",
        "train/Dog/1.jpg",
        *(f"test/{c}/{n}.jpg" for c in ("cat", "Dog") for n in "12"),
    )
    assert list_folder(tmp_path, "pets").classes == ("Cat", "Dog")


def test_letters_are_classes_in_both_cases(tmp_path: Path) -> None:
    assert list_folder(touch(tmp_path, "A/1.jpg", "a/1.jpg"), "letters").classes == ("A", "a")


def test_names_may_have_spaces_and_any_letters_put_together_in_any_way(tmp_path: Path) -> None:
    composed, decomposed = "кі\u0301т caf\u00e9", "кі\u0301т cafe\u0301"
    touch(tmp_path, f"{decomposed}/1.jpg", "big  dog/мій пес.jpeg")
    found = list_folder(tmp_path, "pets")
    assert found.classes == ("big  dog", composed)
    assert "big  dog/мій пес.jpeg" in sources(found)


@pytest.mark.skipif(os.name != "posix", reason="such a name needs POSIX")
def test_a_name_that_is_no_text_can_be_listed_and_printed(tmp_path: Path) -> None:
    touch(tmp_path, "cat/1.jpg", "dog/1.jpg")
    try:
        (tmp_path / "cat" / os.fsdecode(b"\xff\n.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system refuses such a name")
    found = list_folder(tmp_path, "pets")
    assert sources(found) == ["cat/1.jpg", "cat/\ufffd\ufffd.jpg", "dog/1.jpg"]
    assert found.entries[1].path.read_bytes() == b"x"


def test_a_picture_beside_the_class_folders_is_listed_as_skipped(tmp_path: Path) -> None:
    found = list_folder(touch(tmp_path, "cat/1.jpg", "dog/1.jpg", "stray.jpg"), "pets")
    assert [(one.source, one.reason) for one in found.skipped] == [
        ("stray.jpg", "lies beside the class folders")
    ]


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    root = touch(tmp_path / "pets", "cat/1.jpg")
    touch(tmp_path / "elsewhere", "1.jpg")
    (root / "dog").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "circle").symlink_to(tmp_path / "elsewhere")
    (root / "cat" / "gone.jpg").symlink_to(tmp_path / "nowhere")
    (root / "cat" / "up").symlink_to(root)
    (root / "self").symlink_to(root)
    (root / "above").symlink_to(tmp_path)
    found = list_folder(root, "pets")
    assert sources(found) == ["cat/1.jpg", "dog/1.jpg"]
    assert [(one.source, one.reason) for one in found.skipped] == [
        ("cat/gone.jpg", "is a link that leads nowhere")
    ]


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_what_was_named_to_a_server_is_not_left_by_links(tmp_path: Path) -> None:
    root = touch(tmp_path / "pets", "cat/1.jpg", "dog/1.jpg")
    touch(tmp_path, "elsewhere/1.jpg", "home/tenfold.db")
    for name, target in (
        ("bird", tmp_path / "elsewhere"),
        ("dog/again", root / "cat"),
        ("dog/up", "/"),
        ("dog/2.jpg", tmp_path / "elsewhere" / "1.jpg"),
        ("dog/3.jpg", tmp_path / "home" / "tenfold.db"),
        ("dog/4.jpg", root / "cat" / "1.jpg"),
    ):
        (root / name).symlink_to(target)
    found = list_folder(root, "pets", ServerFiles(tmp_path / "home"))
    assert sources(found) == ["cat/1.jpg", "dog/1.jpg", "dog/4.jpg", "dog/again/1.jpg"]
    assert sorted((one.source, one.reason) for one in found.skipped) == [
        ("bird", "it is a link out of the folder"),
        ("dog/2.jpg", "it is a link out of the folder"),
        ("dog/3.jpg", "it is one of tenfold's own files"),
        ("dog/up", "it is a link out of the folder"),
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            [],
            "pets has no folders with pictures (it is empty). Put the pictures of each class into a folder "
            "named after the class: cat/1.jpg, dog/2.jpg.",
        ),
        (
            ["1.jpg", "2.jpg"],
            "pets has no folders with pictures (2 files directly in it). Put the pictures of each class "
            "into a folder named after the class: cat/1.jpg, dog/2.jpg.",
        ),
        (
            ["train/cat/1.jpg", "train/dog/1.jpg", "cow/1.jpg"],
            "pets has parts and classes side by side (cow, train). Move cow into the parts, or out of the "
            "folder.",
        ),
    ],
)
def test_a_folder_that_makes_no_sense_is_refused(tmp_path: Path, names: list[str], message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        list_folder(touch(tmp_path, *names), "pets")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["cat/1.jpg"], "pets has one class only (cat). Name pictures of 2 to 1,000 classes."),
        (
            ["train/cat/1.jpg", "train/dog/1.jpg", "test/cot/1.jpg"],
            "The class 'cot' of pets has test pictures but none to learn from (such as test/cot/1.jpg). Put "
            "pictures of it among the training ones, or check its spelling: cat, dog.",
        ),
        (
            ["val/cat/1.jpg", "val/dog/1.jpg", "test/cat/1.jpg", "test/dog/1.jpg"],
            "pets has no pictures to learn from (its parts are test, validation). Put training pictures into "
            "a folder train beside the others.",
        ),
        (
            [f"{number}/1.jpg" for number in range(1001)],
            "pets has too many classes (1,001). Name pictures of 2 to 1,000 classes.",
        ),
    ],
)
def test_what_cannot_be_learned_is_listed_and_refused_for_training_only(
    tmp_path: Path, names: list[str], message: str
) -> None:
    found = list_folder(touch(tmp_path, *names), "pets")
    assert len(found.entries) == len(names)
    with pytest.raises(DatasetError) as caught:
        check_learnable(found)
    assert str(caught.value) == message


@pytest.mark.skipif(os.name != "posix", reason="such a name needs POSIX")
def test_a_class_that_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "cat/1.jpg", "do\x1bg/1.jpg")
    with pytest.raises(
        DatasetError, match=r"The folder 'do\ufffdg' in pets has a name that no class can have"
    ):
        list_folder(tmp_path, "pets")


@pytest.mark.parametrize("folders", [["images"], ["train", "test"]])
def test_a_table_beside_folders_that_are_hardly_classes_is_named(tmp_path: Path, folders: list[str]) -> None:
    root = touch(tmp_path / "pets", *(f"{folder}/1.jpg" for folder in folders))
    (root / "labels.csv").write_text("id,label\n1,cat\n")
    said = "not read: labels.csv; name a table in place of the folder if the labels are in it"
    assert said in list_folder(root, "pets").layout
    touch(root, "dog/1.jpg") if folders == ["images"] else None
    assert (said in list_folder(root, "pets").layout) == (folders != ["images"])
