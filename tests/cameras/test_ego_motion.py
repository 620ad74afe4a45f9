"""Whether a camera moved between two pictures, known at little cost where it did not."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.cameras.scenes import ground

if TYPE_CHECKING:
    from tenfold.cameras.ego_motion import GreyPicture

pytest.importorskip("cv2", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
PLACE = ground(2, 420, 280)


def seen(shift: float = 0.0, *, thing: int = 0, light: float = 1.0, seed: int = 0) -> "GreyPicture":
    """What a camera sees of a place, with noise."""
    import cv2

    from tenfold.cameras.ego_motion import GreyPicture

    matrix = np.array([[1.0, 0.0, shift], [0.0, 1.0, 0.0]])
    moved = cv2.warpAffine(cv2.cvtColor(PLACE, cv2.COLOR_RGB2GRAY), matrix, (420, 280))
    shown = np.asarray(moved, np.float64)[40:220, 40:360] * light
    shown[20 : 20 + thing, 40 : 40 + thing] = 240
    shown += np.random.default_rng(seed).normal(0, 2, shown.shape)
    return GreyPicture(shown.clip(0, 255).astype(np.uint8))


def test_a_camera_that_stands_is_known_though_something_large_comes_before_it() -> None:
    from tenfold.cameras.ego_motion import unmoved

    assert unmoved(seen(), seen(seed=1))
    assert unmoved(seen(), seen(seed=1, thing=70))


@pytest.mark.parametrize("shift", [1.0, 2.0, 7.0, 40.0])
def test_a_camera_that_moved_is_not_taken_to_stand(shift: float) -> None:
    from tenfold.cameras.ego_motion import unmoved

    assert not unmoved(seen(), seen(shift, seed=1))


def test_nothing_is_said_of_a_smooth_picture_or_of_another_light() -> None:
    from tenfold.cameras.ego_motion import GreyPicture, unmoved

    smooth = GreyPicture(np.full((180, 320), 90, np.uint8))
    assert not unmoved(smooth, smooth)
    assert not unmoved(seen(), seen(light=1.3, seed=1))
