import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the cameras extra")
from benchmarks.camera_scenes import Scene, Sprite, ground
from benchmarks.watching import _agreement, _f_measure


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
