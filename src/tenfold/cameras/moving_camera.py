"""Finds moving objects in the picture of a moving camera. Knows nothing of what they are.

Dense optical flow (DIS, Kroeger 2016) after the camera's own motion was undone, gathered over some pictures
and carried along with the camera, so that a limb that rests for a moment does not tear its body apart. Flow
counts only where the pictures differ, as on smooth ground it errs.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.cameras.boxes import Box
from tenfold.cameras.ego_motion import CameraMotion, edges, is_smooth, median
from tenfold.cameras.motion import regions

# In pixels between two pictures: less is an error of the flow. The faster the camera, the larger the error.
_LEAST, _OF_CAMERA = 0.8, 0.2
_KEPT = 0.65
_ENOUGH = 0.4


class MovingCamera:
    """Regions that move differently from the picture as a whole. Pictures are grey, all of one size."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._before: NDArray[np.uint8] | None = None
        self._evidence: NDArray[np.float32] | None = None

    def forget(self) -> None:
        self._before = self._evidence = None

    def moving(self, grey: NDArray[np.uint8], camera: CameraMotion, smallest: float) -> list[Box]:
        """The regions, largest first; none where the camera's motion is not known.

        Args:
            camera: its motion since the picture before.
            smallest: regions of fewer pixels are left out.
        """
        before, self._before = self._before, grey
        if before is None or not camera.known:
            self._evidence = None
            return []
        height, width = grey.shape
        carried = np.asarray(
            cv2.warpAffine(before, camera.matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
        )
        flow = np.asarray(
            self._flow.calc(carried, grey, np.zeros((height, width, 2), np.float32)), np.float32
        )
        rest = cv2.magnitude(flow[..., 0], flow[..., 1])
        fast = rest > max(_LEAST, _OF_CAMERA * camera.amount)
        against = (fast & _differ(carried, grey)).astype(np.float32)
        seen = cv2.warpAffine(np.ones_like(against), camera.matrix, (width, height))
        against[seen < 1] = 0
        if self._evidence is None:
            self._evidence = against
        else:
            kept = cv2.warpAffine(self._evidence, camera.matrix, (width, height))
            self._evidence = np.asarray(_KEPT * kept + (1 - _KEPT) * against, np.float32)
        mask = ((self._evidence > _ENOUGH) * 255).astype(np.uint8)
        return regions(mask, smallest, join=9)


def lone_object(grey: NDArray[np.uint8], smallest: float) -> list[Box]:
    """What stands out from ground that is too smooth to say how the camera moves, such as the sky.

    Returns:
        One region of many edges, where nearly all of the picture has none; else nothing.
    """
    mask = edges(grey)
    if not is_smooth(mask):
        return []
    found = regions(mask, smallest, join=9)
    alone = len(found) == 1 or (len(found) > 1 and found[1].area < 0.25 * found[0].area)
    return found[:1] if alone else []


def _differ(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where two pictures differ by more than their noise does."""
    soft, soft_now = (cv2.GaussianBlur(picture, (5, 5), 0) for picture in (before, now))
    difference = np.asarray(cv2.absdiff(soft, soft_now), np.uint8)
    clear = max(3.0, 4 * median(difference))
    return np.asarray(cv2.dilate(difference, np.ones((9, 9), np.uint8)) > clear)
