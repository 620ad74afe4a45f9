import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
from benchmarks.cameras import objects
from benchmarks.cameras.scenes import Scene, Sprite, ground
from benchmarks.cameras.watching import _agreement, _f_measure


def test_a_scenes_mask_lies_where_its_truth_says_an_object_is() -> None:
    square = Sprite(
        "x", np.full((30, 30, 3), 255, np.uint8), np.ones((30, 30), np.float32), [(1, 60, 60), (2, 90, 60)]
    )
    scene = Scene(ground(1), [square], seconds=3)
    for frame, truth in scene.frames():
        mask = scene.mask(frame.time)
        assert mask.any() == bool(truth)
        for one in truth:
            assert mask.sum() == pytest.approx(one.box.area, rel=0.1)
            assert mask[int(one.box.y) + 15, int(one.box.x) + 15]


def test_the_f_measure_weighs_what_is_missed_and_what_is_too_much() -> None:
    truth = np.zeros((10, 10), np.bool_)
    truth[:5] = True
    found = truth.copy()
    assert _f_measure(_agreement(found, truth)) == 1
    found[:, 5:] = False
    assert _f_measure(_agreement(found, truth)) == pytest.approx(2 / 3)


def test_what_is_in_the_middle_of_a_picture_is_cut_out() -> None:
    random = np.random.default_rng(1)
    pixels = (np.array((60, 150, 70)) + random.integers(-20, 20, (120, 160, 3))).astype(np.uint8)
    rows, columns = np.mgrid[:120, :160]
    thing = (rows - 60) ** 2 + (columns - 90) ** 2 < 30**2
    pixels[thing] = (np.array((210, 60, 50)) + random.integers(-20, 20, (int(thing.sum()), 3))).astype(
        np.uint8
    )

    found = objects._middle(pixels)

    assert (found & thing).sum() > 0.95 * (found | thing).sum()
