"""Out-of-distribution pictures: made of known ones, from a folder, and those of CIFAR-10 that are none."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.evaluation.out_of_distribution import (
    blends,
    details,
    from_cifar10,
    from_folder,
    made_up,
    shuffled,
)
from tests import tiny

DATA = tiny.shades(40, side=30)


def random() -> np.random.Generator:
    return np.random.default_rng(1)


def test_a_blend_lies_halfway_between_two_classes() -> None:
    black_and_white = np.zeros((8, 4, 4, 3), np.uint8)
    black_and_white[4:] = 200
    data = LabelledPictures(black_and_white, np.repeat([0, 1], 4), ("black", "white"))
    blended = blends(data, random())
    assert len(blended) > 0
    assert set(np.unique(blended)) == {100}


@pytest.mark.parametrize("side", [30, 32, 33, 224])
def test_shuffling_moves_tiles_and_keeps_their_pixels(side: int) -> None:
    data = tiny.shades(4, side=side)
    moved = shuffled(data, random())
    assert moved.shape == data.pictures.shape
    assert not np.array_equal(moved, data.pictures)
    for one, other in zip(moved, data.pictures, strict=True):
        assert np.array_equal(np.sort(one, axis=None), np.sort(other, axis=None))
    kept = 4 * (side // 4)
    assert np.array_equal(moved[:, kept:], data.pictures[:, kept:])


def test_a_detail_has_the_colours_of_a_part_of_its_picture() -> None:
    halves = np.zeros((1, 64, 64, 3), np.uint8)
    halves[:, :, :32] = 250
    data = LabelledPictures(halves, np.zeros(1, np.int64), ("halves",))
    several = np.concatenate([details(data, np.random.default_rng(seed)) for seed in range(20)])
    assert several.shape == (20, 64, 64, 3)
    assert (several.std(axis=(1, 2, 3)) == 0).any(), "a detail of one half has one colour"


def test_made_up_ones_are_the_same_every_time_and_not_too_many() -> None:
    one, two = made_up(DATA, most=12), made_up(DATA, most=12)
    assert [s.kind for s in one] == ["blends", "shuffled", "details"]
    assert all(len(s.pictures) <= 12 and s.pictures.shape[1:] == (30, 30, 3) for s in one)
    assert all(np.array_equal(a.pictures, b.pictures) for a, b in zip(one, two, strict=True))


def test_a_kind_that_cannot_be_made_is_left_out() -> None:
    alone = LabelledPictures(DATA.pictures, np.zeros(len(DATA), np.int64), ("all",))
    assert [s.kind for s in made_up(alone)] == ["shuffled", "details"]


def test_classes_that_the_model_has_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.write(tiny.small_cifar10(tmp_path, monkeypatch, records=40), tmp_path / "data")
    found = from_cifar10(folder, ["tabby_cat", "Dog", "dogfish", "trucks"], 48)
    assert found is not None
    assert found.pictures.shape == (32, 48, 48, 3)
    assert found.what == (
        "CIFAR-10 test pictures of airplane, automobile, bird, deer, frog, horse, ship, truck, "
        "resized to 48 x 48 pixels"
    )


def test_cifar10_is_used_only_where_it_is_and_has_other_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert from_cifar10(tmp_path, ["tea"], 32) is None
    folder = tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data")
    assert from_cifar10(folder, DATA.classes, 32) is None


def test_a_folder_gives_its_pictures_and_says_what_it_could_not_read(tmp_path: Path) -> None:
    within = tmp_path / "soups" / "cold"
    within.mkdir(parents=True)
    Image.new("RGB", (90, 40), (200, 30, 30)).save(within / "borscht.png")
    Image.new("L", (20, 20), 90).save(tmp_path / "soups" / "clear.jpg")
    (tmp_path / "soups" / "recipe").write_text("beetroot")
    (tmp_path / "soups" / ".hidden.png").write_bytes((within / "borscht.png").read_bytes())
    found = from_folder(tmp_path / "soups", 32, "bilinear")
    assert found.pictures.shape == (2, 32, 32, 3)
    assert (found.kind, found.what) == ("soups", "the pictures in soups (1 file could not be read)")


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("nothing here")
    with pytest.raises(DatasetError) as caught:
        from_folder(tmp_path, 32, "bilinear")
    assert str(caught.value) == (
        f"The folder {tmp_path} holds no picture that can be read (1 file). "
        "Name a folder of pictures that show none of the classes with --out-of-distribution."
    )
