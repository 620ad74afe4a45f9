"""What is passed over in every walk through folders, and how links are met."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tenfold.cli.classify.sources import find
from tenfold.datasets.folders import list_folder
from tenfold.evaluation.out_of_distribution import from_folder
from tenfold.folder_walk import files_below, passed_over
from tenfold.server_files import ServerFiles
from tenfold.workflows.folders.file_walk import Walk
from tenfold.workflows.folders.stable_files import StableFiles
from tests.datasets.making import picture

JUNK_FOLDERS = [
    "@eaDir", "@eadir", "#recycle", "#snapshot", "$RECYCLE.BIN", "RECYCLER", "__MACOSX", "lost+found",
    ".Trash-1000", ".Trashes", "System Volume Information", "@Recycle", "@Recently-Snapshot", "found.000",
]  # fmt: skip
JUNK_FILES = [
    "Thumbs.db", "ehthumbs.db", ".DS_Store", "._a.png", "desktop.ini", "Desktop.ini", "Icon\r", "Picasa.ini",
    "a.png.xmp", "a.XMP", "a.AAE", "a.THM", "IMG_1.MOV", "IMG_1.mp4", "a.png.json", "a.pdf", "photos.db",
    "a.png.supplemental-metadata.json", "notes.txt", "list.csv", "a.png@SynoEAStream",
    "a.png:Zone.Identifier", "a.png.part", "a.crdownload", "~$a.docx", "a.png~",
]  # fmt: skip
PICTURES = ["a.png", "b.jpeg", "no-ending", "train.1", "photo.HEIC", "data.base.jpg", "mov.png", "c.unknown"]


@pytest.mark.parametrize("name", JUNK_FOLDERS)
def test_such_folders_are_passed_over(name: str) -> None:
    assert passed_over(name, folder=True)


@pytest.mark.parametrize("name", JUNK_FILES)
def test_such_files_are_passed_over(name: str) -> None:
    assert passed_over(name)


@pytest.mark.parametrize("name", PICTURES)
def test_everything_else_may_be_a_picture(name: str) -> None:
    assert not passed_over(name)
    assert not passed_over("cats.txt", folder=True)


def classified(folder: Path) -> list[str]:
    return [one.name for one in find([str(folder)], 1000)]


def matched(folder: Path) -> list[str]:
    return [one.name for one in find([f"{folder}/**/*"], 1000)]


def added(folder: Path) -> list[str]:
    return list(Walk((str(folder),), ServerFiles(folder.parent / "home")))


def watched(folder: Path) -> list[str]:
    stable = StableFiles(str(folder), ServerFiles(folder.parent / "home"), settle_seconds=0)
    stable.scan()
    return list(stable.whole())


def told_of(folder: Path) -> list[str]:
    stable = StableFiles(str(folder), ServerFiles(folder.parent / "home"), settle_seconds=0)
    stable.scan_only([str(path) for path in sorted(folder.rglob("*")) if path.is_file()])
    return list(stable.whole())


def trained_on(folder: Path) -> list[str]:
    return [str(entry.path) for entry in list_folder(folder, "pets").entries]


@pytest.mark.parametrize("walk", [classified, matched, added, watched, told_of, trained_on])
def test_every_walk_finds_the_pictures_alone(tmp_path: Path, walk: Callable[[Path], list[str]]) -> None:
    pictures = [picture(tmp_path / "q" / label / "a.png", k) for k, label in enumerate(("cat", "dog"))]
    for place in (tmp_path / "q", tmp_path / "q" / "cat"):
        for name in JUNK_FILES:
            (place / name).write_bytes(b"x")
        for name in JUNK_FOLDERS:
            picture(place / name / "a.png" / "SYNOPHOTO_THUMB_XL.png", 9)
    assert sorted(walk(tmp_path / "q")) == [str(path) for path in pictures]


def test_pictures_of_no_class_are_walked_alike(tmp_path: Path) -> None:
    picture(tmp_path / "soups" / "a.png", 1)
    picture(tmp_path / "soups" / "@eaDir" / "a.png", 2)
    (tmp_path / "soups" / "a.png.xmp").write_text("<x/>")
    assert from_folder(tmp_path / "soups", 32, "bilinear").what == "the pictures in soups"


def test_a_pattern_that_names_an_ending_means_it(tmp_path: Path) -> None:
    (tmp_path / "a.mov").write_bytes(b"x")
    assert [one.name for one in find([f"{tmp_path}/*.mov"], 1000)] == [f"{tmp_path}/a.mov"]
    assert [one.name for one in find([f"{tmp_path.parent}/**/{tmp_path.name}/*.mov"], 1000)] == [
        f"{tmp_path}/a.mov"
    ]
    (nothing,) = find([f"{tmp_path}/*"], 1000)
    assert "matches no picture" in str(nothing.problem)


def test_links_that_are_not_followed_are_told(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png", 1)
    picture(tmp_path / "out" / "b.png", 2)
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "gone.png").symlink_to(tmp_path / "nowhere")
    told: list[tuple[str, str]] = []
    found = list(files_below(str(tmp_path / "in"), left_out=lambda path, reason: told.append((path, reason))))
    assert found == [f"{tmp_path}/in/a.png"]
    assert told == [
        (f"{tmp_path}/in/gone.png", "broken-link"),
        (f"{tmp_path}/in/linked", "link-to-folder"),
    ]
    walk = Walk((str(tmp_path / "in"),), ServerFiles(tmp_path / "home"))
    assert len(list(walk)) == 1
    assert str(walk.left_out[1]) == (
        f"{tmp_path}/in/linked is a link to a folder, which is not followed. "
        "Name what it leads to, to have it too."
    )
    problems = [str(one.problem) for one in find([str(tmp_path / "in")], 1000) if one.problem]
    assert problems[1] == str(walk.left_out[1])
    assert list(files_below(str(tmp_path / "in"), follow=True)) == [
        f"{tmp_path}/in/a.png", f"{tmp_path}/in/linked/b.png",
    ]  # fmt: skip


def test_a_folder_of_more_folders_than_a_program_can_call_itself_is_walked(tmp_path: Path) -> None:
    deep = str(tmp_path / "deep")
    os.mkdir(deep)
    here = os.open(deep, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        assert list(files_below(deep)) == []
    finally:
        subprocess.run(["rm", "-rf", deep], check=True)  # shutil.rmtree cannot
