"""Joins the boxes of successive pictures into tracks of objects. Knows nothing of pictures or classes.

A track moves with constant velocity between pictures; boxes are given to tracks by overlap and distance, best
first. Regions have no score, so trackers that tell sure from unsure boxes (ByteTrack) have nothing
to work on here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile

from tenfold.cameras.boxes import Box

# The largest distance, in box sizes, between two positions of one object.
_FARTHEST = 1.5
# How many times as large the box of one object may be in the next picture, and that of a group that it joins.
_AREA_RATIO, _GROUP_RATIO = 5.0, 16.0
# The weight of the newest speed.
_NEWEST = 0.5
_SECONDS_HIDDEN = 3.0
_SECONDS_OF_REST = 1.0
_SECONDS_OF_HOLES = 12.0
# In how many pictures it must have left, and how far, in pixels, each of the two must have gone.
_LEAVING, _WAY_AT_EDGE = 6, 3.0
# How far around an object its pieces may be, in its widths and heights, and how alike they move.
_CLOSE, _CLOSE_UNSEEN, _BESIDE, _ALIKE = 0.15, 0.5, 0.25, 0.5


@dataclass
class Track:
    """An object over time.

    Attributes:
        number: counts tracks from 1.
        path: seconds and box of each picture in which it was seen.
        seen: seconds at which it was last seen, or known to be at its place.
        standing: it stands still, so that movement no longer shows it.
        confirmed: it moved as objects do, and no mere flicker does.
        pictures: how many there were since it began.
        reach: the farthest that its middle was from where it began, in pixels.
    """

    number: int
    path: list[tuple[float, Box]]
    seen: float
    velocity: tuple[float, float] = (0.0, 0.0)
    standing: bool = False
    confirmed: bool = False
    reach: float = 0.0
    walked: float = 0.0
    pictures: int = 1
    hidden: bool = field(default=False, repr=False)

    @property
    def box(self) -> Box:
        return self.path[-1][1]

    @property
    def start(self) -> float:
        return self.path[0][0]

    @property
    def straightness(self) -> float:
        """1 of a straight way, near 0 of something that sways in its place."""
        return self.reach / max(self.walked, 1e-6)

    def predicted(self, time: float) -> Box:
        """Where it should be; one that has not been seen for long slows down."""
        unseen = min(time - self.path[-1][0], 1.0)
        return self.box if self.standing else self.box.moved(*(v * unseen for v in self.velocity))

    def at_rest(self) -> bool:
        """Whether it hardly moved in its last second."""
        time, last = self.path[-1]
        before = [box for t, box in self.path if time - t <= _SECONDS_OF_REST]
        return (
            time - self.start >= _SECONDS_OF_REST
            and len(before) >= 3
            and all(_distance(box.centre, last.centre) < 0.35 * min(box.size, last.size) for box in before)
        )

    def is_part_of(self, other: "Track") -> bool:
        """Whether it is a piece of a larger object, or close beside it; of an unseen one less is known."""
        around = other.box.grown(_CLOSE if other.seen == self.seen else _CLOSE_UNSEEN)
        return around.intersection(self.box) > 0.6 * self.box.area

    def moves_with(self, other: "Track") -> bool:
        """Whether it moves beside a larger object and as that does."""
        beside = other.box.grown(_BESIDE).intersection(self.box) > 0
        return beside and math.dist(self.velocity, other.velocity) < _ALIKE * math.hypot(*other.velocity)

    def gives_way_to(self, box: Box, size: tuple[float, float]) -> bool:
        """Whether it was leaving over an edge, and `box` comes in over the same one: another object.

        size: width and height of the picture.
        """
        seen = [box, *(one for _, one in reversed(self.path[-_LEAVING:]))]
        for depths in zip(*(_depths(one, *size) for one in seen), strict=True):
            now, *before = takewhile(math.isfinite, depths) if math.isfinite(depths[0]) else (math.inf,)
            least = min(before, default=math.inf)
            if now - least >= _WAY_AT_EDGE and max(before[before.index(least) :]) - least >= _WAY_AT_EDGE:
                return True
        return False

    def stand(self, box: Box, time: float) -> None:
        """It stands still where it was seen before."""
        if not self.standing:
            self.path.append((time, box))
        self.seen, self.standing, self.velocity, self.hidden = time, True, (0.0, 0.0), False

    def add(self, box: Box, time: float) -> None:
        """It was seen again."""
        before_time, before = self.path[-1]
        dx, dy = box.centre[0] - before.centre[0], box.centre[1] - before.centre[1]
        seconds = max(time - before_time, 1e-3)
        rate = 1.0 if len(self.path) == 1 else _NEWEST
        vx, vy = self.velocity
        self.velocity = (vx + rate * (dx / seconds - vx), vy + rate * (dy / seconds - vy))
        self.walked += (dx * dx + dy * dy) ** 0.5
        self.reach = max(self.reach, _distance(box.centre, self.path[0][1].centre))
        self.path.append((time, box))
        self.seen, self.standing, self.hidden = time, False, False


class Tracker:
    """Gives boxes to tracks. hold: seconds that a track waits for its object to be seen again."""

    def __init__(self, *, hold: float = 1.5) -> None:
        self.hold = hold
        self.tracks: list[Track] = []
        self._count = 0
        self._holes: list[tuple[float, Box]] = []

    def update(
        self,
        boxes: list[Box],
        time: float,
        *,
        standing: Callable[[Track], Box | None] = lambda track: None,
        has_left: Callable[[Track], bool] = lambda track: False,
        births: bool = True,
        size: tuple[float, float] | None = None,
    ) -> list[Track]:
        """Take the boxes of one picture in. Returns the tracks that ended.

        Args:
            standing: where a track's object stands still in the picture, if it does.
            has_left: whether what was there before a track's object came is seen again.
            births: whether a box that belongs to no track starts one.
            size: width and height of the picture, over whose edges objects leave; None: the camera moves.
        """
        boxes = self._without_standing(boxes, time, standing, has_left)
        taken = self._assign(boxes, time, size)
        current = [boxes[i] for i in taken.values()]
        for track in self.tracks:
            track.pictures += 1
            if track.number in taken:
                track.add(boxes[taken[track.number]], time)
            elif not track.standing:
                # Behind another, or one region with it.
                expected = track.predicted(time).centre
                track.hidden = any(box.contains(expected) for box in current)
        if births:
            for i, box in enumerate(boxes):
                if i not in taken.values() and not any(_covers(other, box) for other in current):
                    self._count += 1
                    self.tracks.append(Track(self._count, [(time, box)], time))
        ended = [track for track in self.tracks if time - track.seen > self._patience(track)]
        self.tracks = [track for track in self.tracks if track not in ended]
        return ended

    def end_all(self) -> list[Track]:
        """End every track."""
        ended, self.tracks = self.tracks, []
        return ended

    def _patience(self, track: Track) -> float:
        if not track.confirmed:
            return self.hold / 3
        return _SECONDS_HIDDEN if track.hidden else self.hold

    def _without_standing(
        self,
        boxes: list[Box],
        time: float,
        standing: Callable[[Track], Box | None],
        has_left: Callable[[Track], bool],
    ) -> list[Box]:
        """Boxes without standing objects, and without holes left in the background by objects that went."""
        places = []
        for track in self.tracks:
            place = standing(track) if track.confirmed else None
            if place is not None:
                track.stand(place, time)
                places.append(place)
            elif track.standing:
                track.standing = False
                if has_left(track):
                    self._holes.append((time, track.box))
        self._holes = [(since, place) for since, place in self._holes if time - since < _SECONDS_OF_HOLES]
        return [
            box
            for box in boxes
            if not any(_covers(place, box) for place in places)
            and not any(box.overlap(place) > 0.5 for _, place in self._holes)
        ]

    def _assign(self, boxes: list[Box], time: float, size: tuple[float, float] | None) -> dict[int, int]:
        """The box of each track that was seen, by the track's number."""
        places = [(track, track.predicted(time)) for track in self.tracks if not track.standing]
        pairs = sorted(
            (cost, track.number, i)
            for track, expected in places
            for i, box in enumerate(boxes)
            if not (size and track.confirmed and track.gives_way_to(box, size))
            if (cost := _cost(expected, box, confirmed=track.confirmed)) is not None
        )
        taken: dict[int, int] = {}
        used = set[int]()
        for _, number, i in pairs:
            if number not in taken and i not in used:
                taken[number] = i
                used.add(i)
        return taken


def _depths(box: Box, width: float, height: float) -> list[float]:
    """How far a box reaches from the left, the top, the right and the bottom, where it touches them."""
    right, bottom = box.x + box.width, box.y + box.height
    return [
        right if box.x <= 1 else math.inf,
        bottom if box.y <= 1 else math.inf,
        width - box.x if right >= width - 1 else math.inf,
        height - box.y if bottom >= height - 1 else math.inf,
    ]


def _cost(expected: Box, box: Box, *, confirmed: bool) -> float | None:
    """The cost of giving a box to a track, 0 at best; None: it cannot be the object that is expected."""
    overlap = expected.overlap(box)
    ratio = max(box.area, 1.0) / max(expected.area, 1.0)
    inside = confirmed and _covers(box, expected) and ratio < _GROUP_RATIO
    if overlap < 0.2 and not inside and not 1 / _AREA_RATIO < ratio < _AREA_RATIO:
        return None
    size = max(min(expected.size, box.size), 4.0)
    apart = min(_distance(expected.centre, box.centre), _distance(expected.foot, box.foot)) / size
    if apart > _FARTHEST and overlap < 0.2:
        return None
    # A track that was never confirmed gives way to one that was.
    return 1 - overlap + apart + (0.0 if confirmed else 0.3)


def _covers(box: Box, other: Box) -> bool:
    return box.intersection(other) > 0.5 * other.area


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)
