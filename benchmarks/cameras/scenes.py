"""Recordings made of known objects: labelled pictures that move over a background, with the truth.

    scene = Scene(background, sprites, seconds=20)
    for frame, truth in scene.frames(): ...

Disturbances that are no objects: noise, rain, a light that flickers or is switched, a cloud, a shaken camera,
leaves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.cameras.boxes import Box
from tenfold.cameras.frames import Frame
from tenfold.cameras.picture import RgbPicture
from tenfold.cameras.votes import NONE_OF_THESE
from tenfold.cameras.watching import Event


@dataclass(frozen=True, eq=False)
class Sprite:
    """An object on its way.

    Attributes:
        pixels: uint8 `[h, w, 3]`.
        mask: float32 `[h, w]`, 0 to 1: where the object is.
        places: [seconds, x, y] of its middle, in pixels; between them it moves evenly, else it is away.
    """

    label: str
    pixels: NDArray[np.uint8]
    mask: NDArray[np.float32]
    places: Sequence[tuple[float, float, float]]

    def box(self, time: float) -> Box | None:
        """Where it is; None where it is away."""
        times, x, y = zip(*self.places, strict=True)
        if not times[0] <= time <= times[-1]:
            return None
        height, width = self.mask.shape
        rows, columns = np.nonzero(self.mask > 0.5)
        left = float(np.interp(time, times, x)) - width / 2 + columns.min()
        top = float(np.interp(time, times, y)) - height / 2 + rows.min()
        return Box(left, top, float(np.ptp(columns)) + 1, float(np.ptp(rows)) + 1)


@dataclass(frozen=True)
class Truth:
    """One object in one frame."""

    number: int
    label: str
    box: Box


@dataclass
class Scene:
    """A recording.

    Attributes:
        background: uint8 `[H, W, 3]`.
        noise: standard deviation of the sensor's noise, in levels.
        rain: drops a frame.
        flicker: the deviation of the light from frame to frame, as a share.
        switches: seconds at which the light is switched to 55 % or back.
        cloud: whether clouds pass: the light of parts of the picture falls by 40 % in some seconds.
        shake: how far the camera is shaken, in pixels.
        leaves: boxes whose content sways.
        pan: pixels a second that the camera moves to the right.
    """

    background: NDArray[np.uint8]
    sprites: Sequence[Sprite] = ()
    seconds: float = 20.0
    rate: float = 10.0
    noise: float = 3.0
    rain: int = 0
    flicker: float = 0.0
    switches: Sequence[float] = ()
    cloud: bool = False
    shake: float = 0.0
    leaves: Sequence[Box] = ()
    pan: float = 0.0
    seed: int = 1
    size: tuple[int, int] = field(default=(640, 360))

    def frames(self) -> Iterator[tuple[Frame, list[Truth]]]:
        """Frames, and what is in each."""
        random = np.random.default_rng(self.seed)
        width, height = self.size
        # Drawn once and laid anew: noise costs more than all the rest. Turned over too, as noise that is only
        # shifted moves like the ground before a camera that pans.
        drawn = random.normal(0, self.noise, (height + 64, width + 64, 3)).astype(np.float32)
        for number in range(int(self.seconds * self.rate)):
            time = number / self.rate
            canvas, truth = self._scene(time, random)
            light = 1 + random.normal(0, self.flicker) if self.flicker else 1.0
            light *= 0.55 if sum(time >= at for at in self.switches) % 2 else 1.0
            if self.cloud:
                x = np.linspace(0, 2, width, dtype=np.float32) - 2 * ((time / 15) % 2 - 0.5)
                canvas *= (1 - 0.4 * np.exp(-(x**2) * 4))[None, :, None]
            dy, dx = random.integers(0, 64, 2)
            noise = drawn[:: (-1) ** (number // 2), :: (-1) ** number]
            pictures = canvas * np.float32(light) + noise[dy : dy + height, dx : dx + width]
            for _ in range(self.rain):
                left, top = int(random.integers(width)), int(random.integers(height))
                cv2.line(
                    pictures, (left, top), (left - 2, top + int(random.integers(8, 22))), (200, 205, 210), 1
                )
            pixels = np.clip(pictures, 0, 255).astype(np.uint8)
            yield Frame(RgbPicture(pixels), time, number, number == 0), truth

    def mask(self, time: float) -> NDArray[np.bool_]:
        """Where objects are, `[H, W]`; not of a camera that is shaken or pans."""
        covered = np.zeros(self.size[::-1], np.float32)
        for sprite in self.sprites:
            if sprite.box(time) is not None:
                covered = np.maximum(covered, _laid(sprite.mask, sprite, time, self.size))
        return np.asarray(covered > 0.5, np.bool_)

    def _scene(self, time: float, random: np.random.Generator) -> tuple[NDArray[np.float32], list[Truth]]:
        width, height = self.size
        x0 = (self.background.shape[1] - width) / 2 if not self.pan else self.pan * time
        y0 = (self.background.shape[0] - height) / 2
        x0, y0 = (v + (random.uniform(-self.shake, self.shake) if self.shake else 0.0) for v in (x0, y0))
        world = self.background.astype(np.float32)
        for i, leaf in enumerate(self.leaves):
            rows = slice(int(leaf.y), int(leaf.y + leaf.height))
            columns = slice(int(leaf.x), int(leaf.x + leaf.width))
            sway = round(4 * np.sin(2.2 * time + i) + random.normal(0, 1))
            world[rows, columns] = np.roll(world[rows, columns], sway, axis=1)
        matrix = np.array([[1, 0, -x0], [0, 1, -y0]], np.float64)
        warped = cv2.warpAffine(world, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
        canvas = np.asarray(warped, np.float32)
        truth = []
        for number, sprite in enumerate(self.sprites):
            box = sprite.box(time)
            if box is None:
                continue
            _paint(canvas, sprite, time)
            seen = box.within(width, height)
            if seen.area > 0.3 * box.area:
                truth.append(Truth(number, sprite.label, seen))
        return canvas, truth


@dataclass
class Score:
    """How events and truth agree.

    Attributes:
        objects: how many there were.
        found: how many of them an event tells of.
        events: how many there were.
        right: how many of them tell of an object that no event before told of.
        named: how many of `right` have the object's class.
        unknown: how many of `right` are none of these.
        switches: how often a track passed from one object to another.
    """

    objects: int = 0
    found: int = 0
    events: int = 0
    right: int = 0
    named: int = 0
    unknown: int = 0
    switches: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(getattr(self, k) + getattr(other, k) for k in self.__dataclass_fields__))

    @property
    def precision(self) -> float:
        return self.right / self.events if self.events else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.objects if self.objects else 1.0


def score(events: Sequence[Event], truth: Sequence[tuple[float, list[Truth]]]) -> Score:
    """Compare events with the truth; a box is an object's that overlaps with it by 0.3 or more."""
    at = {round(time, 3): objects for time, objects in truth}
    labels = {one.number: one.label for objects in at.values() for one in objects}
    result = Score(objects=len(labels), events=len(events))
    told = set[int]()
    for event in sorted(events, key=lambda one: -len(one.path)):
        owners = list[int]()
        for time, box in event.path:
            near = [(box.overlap(one.box), one.number) for one in at.get(round(time, 3), ())]
            if near and max(near)[0] >= 0.3:
                owners.append(max(near)[1])
        if len(owners) < 0.5 * len(event.path):
            continue
        result.switches += sum(a != b for a, b in pairwise(owners))
        owner = max(set(owners), key=owners.count)
        if owner not in told:
            told.add(owner)
            result.right += 1
            result.named += event.label == labels[owner]
            result.unknown += event.label == NONE_OF_THESE
    result.found = len(told)
    return result


def ground(seed: int = 0, width: int = 720, height: int = 420, smooth: float = 0.0) -> NDArray[np.uint8]:
    """A background with texture at all sizes, or with slopes of about so many pixels alone.

    Args:
        smooth: how long the slopes are; 0 for texture at all sizes.
    """
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    parts = ((max(round(width / smooth), 2), 20),) if smooth else ((6, 45), (24, 25), (96, 14))
    for cells, strength in parts:
        coarse = random.normal(0, strength, (cells * height // width + 1, cells, 3)).astype(np.float32)
        total += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(120 + total, 0, 255).astype(np.uint8)


def ellipse(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A mask that leaves the middle of a picture."""
    height, width = pixels.shape[:2]
    mask = np.zeros((height, width), np.float32)
    axes = (width // 2 - 1, height // 2 - 1)
    cv2.ellipse(mask, (width // 2, height // 2), axes, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (5, 5), 0), np.float32)


def crossing(
    pictures: Sequence[tuple[str, NDArray[np.uint8]]],
    *,
    seconds: float,
    size: tuple[int, int] = (640, 360),
    seed: int = 1,
    masks: Sequence[NDArray[np.float32]] = (),
) -> list[Sprite]:
    """Objects that cross the picture on ways of their own, at most about three at a time.

    Args:
        masks: what of each picture is its object; where none are given, what an ellipse leaves of it.
    """
    random = np.random.default_rng(seed)
    width, height = size
    sprites = []
    for i, (label, pixels) in enumerate(pictures):
        start = 2 + i * max(seconds - 12, 0) / max(len(pictures), 1) + random.uniform(0, 1)
        lasting = random.uniform(5, 9)
        out = max(40.0, pixels.shape[1] / 2 - 5)
        ends = [(-out, random.uniform(0.2, 0.8) * height), (width + out, random.uniform(0.2, 0.8) * height)]
        if random.random() < 0.5:
            ends.reverse()
        middle = (random.uniform(0.4, 0.6) * width, random.uniform(0.3, 0.7) * height)
        places = [
            (start, *ends[0]),
            (start + lasting / 2, *middle),
            (start + lasting, *ends[1]),
        ]
        sprites.append(Sprite(label, pixels, masks[i] if masks else ellipse(pixels), places))
    return sprites


def _paint(canvas: NDArray[np.float32], sprite: Sprite, time: float) -> None:
    size = (canvas.shape[1], canvas.shape[0])
    mask = _laid(sprite.mask, sprite, time, size)[..., None]
    canvas *= 1 - mask
    canvas += mask * _laid(sprite.pixels.astype(np.float32), sprite, time, size)


def _laid(
    picture: NDArray[np.float32], sprite: Sprite, time: float, size: tuple[int, int]
) -> NDArray[np.float32]:
    """A sprite's pixels or mask where it is at a time, in a picture of that size that is 0 elsewhere."""
    times, x, y = zip(*sprite.places, strict=True)
    height, width = sprite.mask.shape
    dx = float(np.interp(time, times, x)) - width / 2
    dy = float(np.interp(time, times, y)) - height / 2
    return np.asarray(
        cv2.warpAffine(picture, np.array([[1, 0, dx], [0, 1, dy]], np.float64), size), np.float32
    )
