"""Turns frames into events: what moved, and its class. Knows nothing of where frames come from.

Whether the camera stands or travels (`ego_motion`) decides how movement is found (`motion`, `moving_camera`).
What moves becomes tracks (`tracking`), and the best crops of a track (`crops`) are put to the vote (`votes`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.cameras.boxes import Box
from tenfold.cameras.conditions import Condition, SceneConditions
from tenfold.cameras.crops import LARGEST, BestCrops, Crop
from tenfold.cameras.ego_motion import CameraMotion, Stance, clear_border, steady, still
from tenfold.cameras.frames import ANALYSIS_RATE, NEARLY, Frame
from tenfold.cameras.motion import Background, Jumps, Quiet, Rain, likeness, regions
from tenfold.cameras.moving_camera import MovingCamera, lone_object
from tenfold.cameras.picture import FramePicture, RgbPicture
from tenfold.cameras.tracking import Track, Tracker
from tenfold.cameras.votes import Vote, agree, vote
from tenfold.cameras.zones import Visits, Zone, hide
from tenfold.predictions import Prediction

# The longer side of the picture in which movement is looked for.
_SIDE = 320
# Times that differ by more are those of another recording, or of a clock that was set.
_LONGEST_GAP = 30.0
# Before a moving camera errors of the flow are objects as large as these, as shares of the picture.
_SMALLEST_TRAVELLING = 0.004
# What stands out from ground that is smooth may be smaller.
_SMALLEST_ALONE = 0.001
_SUBJECT_SHARE, _BACKGROUND_SHARE = 0.15, 0.6
# While the light of the whole picture changes by more within some seconds, nothing new is believed.
_STEADY_LIGHT = 0.12
_MOST_TRAVELLING = 2
_SMALL = 14.0
# The longest time for which unchanged pictures are skipped.
_SECONDS_UNSEEN = 3.0
# How many agreeing pictures suffice for a vote.
_ENOUGH_ANSWERS = 3
# Parallax makes what is near seem to move for a while.
_SECONDS_TRAVELLING = 2.1

Classify = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Prediction]]


@dataclass(frozen=True)
class Options:
    """How a camera is watched.

    Attributes:
        rate: pictures a second in which movement is looked for; where things jump, every frame that comes.
        smallest: the smallest object, as a share of the picture's area.
        zones: where given, an event is only what was in one of them.
        masks: parts that are never looked at.
        fixed: the camera is known to stand still, though all before it may move, as a belt does.
    """

    rate: float = ANALYSIS_RATE
    smallest: float = 0.0006
    zones: tuple[Zone, ...] = ()
    masks: tuple[Zone, ...] = ()
    fixed: bool = False


@dataclass(frozen=True, eq=False)
class Event:
    """Something that moved.

    Attributes:
        track: counts the tracks of a source.
        start, end: seconds, as those of the frames.
        label: its class, or `votes.NONE_OF_THESE`.
        confidence: 0 to 1.
        best: the crop that shows it best, with its box and time.
        path: seconds and box, in pixels of the source.
        zones: the names of those that it was in.
    """

    track: int
    start: float
    end: float
    label: str
    confidence: float
    best: Crop
    path: tuple[tuple[float, Box], ...] = field(repr=False)
    zones: tuple[str, ...] = ()


@dataclass(frozen=True)
class MovingObject:
    """Something that moves now: its track, its box in pixels of the source, and the zones that it was in."""

    track: int
    box: Box
    zones: tuple[str, ...]


@dataclass
class _Subject:
    """What is kept of a track besides its way.

    Attributes:
        travelling: in how many pictures the camera travelled.
        whole: the last whole picture of which it was the subject.
        told: whether it was among those that `opened` gave.
        rest: where it came to rest, what is seen there, and what was seen there before.
        answers: to those of its crops that the model was asked about.
    """

    visits: Visits
    crops: BestCrops = field(default_factory=BestCrops)
    rest: tuple[Box, NDArray[np.uint8], NDArray[np.uint8] | None] | None = None
    answers: dict[Crop, Prediction] = field(default_factory=dict)
    travelling: int = 0
    whole: FramePicture | None = None
    told: bool = False


class Watcher:
    """Watches one source, in one thread. classify: answers for crops, uint8 `[side, side, 3]`, in order."""

    def __init__(self, classify: Classify, options: Options | None = None) -> None:
        self.options = options or Options()
        self._classify = classify
        # When a picture came, and when one was last looked at in full.
        self._time: float | None = None
        self._looked: float | None = None
        self._size: tuple[int, int] | None = None
        self._tracker = Tracker()
        self._subjects: dict[int, _Subject] = {}
        self._begin_anew()

    @property
    def travels(self) -> bool:
        """Whether the camera moves."""
        return self._stance.travels

    @property
    def conditions(self) -> list[Condition]:
        """What disturbs the sight now, and is passed over."""
        return self._conditions.at(self._time)

    @property
    def idle(self) -> bool:
        """Whether pictures may be left out that show what the last one did: nothing moves."""
        learned = self._background.learned
        return learned and not (self._tracker.tracks or self.travels or self._stance.doubtful)

    def watch(self, frames: Iterable[Frame]) -> Iterator[Event]:
        """The events of all frames, each when it is over."""
        for frame in frames:
            yield from self.process(frame)
        yield from self.finish()

    def process(self, frame: Frame) -> list[Event]:
        """Take a frame in; the events that are over now."""
        ended = list[Event]()
        if self._time is not None:
            seconds = frame.time - self._time
            if not 0 <= seconds <= _LONGEST_GAP:
                ended = self.finish()
            elif seconds < NEARLY / self.options.rate and not self._jumps.often:
                return []
        picture = frame.picture
        if self.options.masks:
            picture = RgbPicture(hide(picture.whole(), self.options.masks))
        if self._size != picture.size:
            ended += self.finish()
            self._size = picture.size
        self._time = frame.time
        small = picture.reduced(_SIDE)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        if self._nothing_moves(grey, frame.time):
            return ended
        elapsed = frame.time - (frame.time if self._looked is None else self._looked)
        self._looked = frame.time
        boxes, births = self._regions(small, grey, frame.time, elapsed)
        self._jumps.update([] if self.travels else boxes)
        over = self._tracker.update(
            boxes,
            frame.time,
            standing=lambda track: self._standing(track, grey),
            has_left=lambda track: self._has_left(track, grey),
            births=births,
            size=None if self.travels or not self._background.learned else (grey.shape[1], grey.shape[0]),
        )
        self._keep(picture, grey, frame.time)
        return ended + self._events(over, self._scale)

    def opened(self) -> list[Event]:
        """The events that have begun since this was asked before, as far as they came."""
        new = []
        for track, subject in self._current():
            if not subject.told:
                subject.told = True
                new.append(self._event(track, subject, self._scale))
        return new

    def so_far(self, track: int) -> Event | None:
        """An event that was opened, up to now; None where it is over."""
        found = next((one for one in self._current() if one[0].number == track), None)
        return None if found is None else self._event(*found, self._scale)

    def moving(self) -> list[MovingObject]:
        """What moves now, of all events that were opened."""
        return [
            MovingObject(track.number, track.box.scaled(1 / self._scale), tuple(subject.visits.entered))
            for track, subject in self._current()
        ]

    def finish(self) -> list[Event]:
        """End all tracks, and forget the background: the recording ends, or another begins."""
        ended = self._events(self._tracker.end_all(), self._scale)
        self._begin_anew()
        return ended

    @property
    def _scale(self) -> float:
        """The scale of the picture in which movement is looked for."""
        return 1.0 if self._size is None else min(_SIDE / max(self._size), 1.0)

    def _current(self) -> list[tuple[Track, _Subject]]:
        """The tracks that are events."""
        tracks = [(track, self._subjects.get(track.number)) for track in self._tracker.tracks]
        return [(track, one) for track, one in tracks if one is not None and self._is_event(track, one)]

    def _is_event(self, track: Track, subject: _Subject) -> bool:
        return track.confirmed and bool(not self.options.zones or subject.visits.entered)

    def _begin_anew(self) -> None:
        self._stance, self._background, self._moving_camera = Stance(), Background(), MovingCamera()
        self._rain, self._quiet, self._conditions = Rain(), Quiet(), SceneConditions()
        self._jumps = Jumps()
        self._time = self._size = self._looked = None
        self._light: float | None = None

    def _nothing_moves(self, grey: NDArray[np.uint8], time: float) -> bool:
        """Whether a picture shows what the last one did, before a camera that stands and sees nothing move.

        Each third second one is looked at all the same: the background changes slowly.
        """
        if not self.idle:
            self._quiet.forget()
            return False
        late = self._looked is None or time - self._looked >= _SECONDS_UNSEEN
        return self._quiet.update(grey, anew=late)

    def _regions(
        self, small: NDArray[np.uint8], grey: NDArray[np.uint8], time: float, seconds: float
    ) -> tuple[list[Box], bool]:
        """The boxes of what moves, and whether they may be new objects."""
        changed, motion = (False, still()) if self.options.fixed else self._stance.update(grey, time)
        if changed:
            self._background.forget()
            self._moving_camera.forget()
        if self.travels or self._stance.doubtful:
            return self._travelling(grey, motion), True
        shown = steady(small, motion)
        level = np.asarray(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY), np.uint8)
        self._rain.update(level, seconds)
        mask = self._background.moving(shown, seconds, raining=self._rain.falls)
        smallest = self.options.smallest * grey.size
        clear_border(mask, motion)
        found = regions(mask, smallest, self._background.join)
        boxes = [box for box in found if not self._background.is_light(level, box)]
        light = float(level.mean())
        usual = light if self._light is None else self._light
        self._light = usual + min(seconds / 2, 1.0) * (light - usual)
        bright = abs(light - usual) >= _STEADY_LIGHT * usual
        self._conditions.note(time, "rain", self._rain.falls)
        self._conditions.note(time, "light", bright or self._background.sudden)
        self._conditions.note(time, "shaken", self._stance.shakes)
        # All of a belt moves: what is on it is known only once the belt is.
        known = self._background.learned if self.options.fixed else self._background.settled
        return boxes, known and not bright

    def _travelling(self, grey: NDArray[np.uint8], motion: CameraMotion) -> list[Box]:
        """The boxes of what moves against the camera's motion, or stands out where that is not known."""
        smallest = max(self.options.smallest, _SMALLEST_TRAVELLING) * grey.size
        boxes = self._moving_camera.moving(grey, motion, smallest)
        if not motion.known:
            return lone_object(grey, max(self.options.smallest, _SMALLEST_ALONE) * grey.size)
        boxes = [box for box in boxes if box.area < _BACKGROUND_SHARE * grey.size]
        return [box for box in boxes[:_MOST_TRAVELLING] if box.area > 0.1 * boxes[0].area]

    def _standing(self, track: Track, grey: NDArray[np.uint8]) -> Box | None:
        """Where a track's object came to rest, if it is still seen there."""
        rest = self._subjects[track.number].rest
        if rest is None or self.travels or not _same(rest[1], _patch(grey, rest[0])):
            return None
        return rest[0]

    def _has_left(self, track: Track, grey: NDArray[np.uint8]) -> bool:
        rest = self._subjects[track.number].rest
        return rest is not None and rest[2] is not None and _same(rest[2], _patch(grey, rest[0]))

    def _keep(self, picture: FramePicture, grey: NDArray[np.uint8], time: float) -> None:
        """Keep crops of the tracks that were seen in this picture."""
        height, width = grey.shape
        scale = self._scale
        for track in self._tracker.tracks:
            subject = self._subjects.setdefault(track.number, _Subject(Visits(self.options.zones)))
            if track.path[-1][0] != time:
                continue
            subject.travelling += self.travels or self._stance.doubtful
            subject.crops.add(picture, track.box.scaled(1 / scale), time)
            if self.travels and track.box.area > _SUBJECT_SHARE * grey.size:
                subject.whole = picture
            if track.at_rest() and not self.travels:
                if subject.rest is None or subject.rest[0].overlap(track.box) < 0.5:
                    image = self._background.image
                    before = None if image is None else _patch(image, track.box)
                    subject.rest = track.box, _patch(grey, track.box), before
            else:
                subject.rest = None
            x, y = track.box.foot
            subject.visits.stand(x / width, y / height)
            track.confirmed = track.confirmed or self._moves_as_objects_do(track, subject, width, height)

    def _moves_as_objects_do(self, track: Track, subject: _Subject, width: int, height: int) -> bool:
        seen, age = len(track.path), track.path[-1][0] - track.start
        if subject.travelling > seen / 2:
            return age >= _SECONDS_TRAVELLING
        larger = [one for one in self._tracker.tracks if one.confirmed and one.box.area > track.box.area]
        if any(track.is_part_of(other) for other in larger):
            return False
        far = track.box.shift_since(track.path[0][1], width, height) >= max(6.0, 0.4 * track.box.size)
        steadily = seen >= 0.6 * track.pictures
        # What is small, or moves in the rain, may be drops that happened to fall in a row, and what moves
        # with a larger thing may be a piece of it.
        sure = track.box.size > _SMALL and not self._rain.falls
        enough = 5 if sure and not any(track.moves_with(other) for other in larger) else 10
        return seen >= enough and age >= 0.4 and far and steadily and track.straightness > 0.25

    def _events(self, tracks: Iterable[Track], scale: float) -> list[Event]:
        events = []
        for track in tracks:
            subject = self._subjects.pop(track.number)
            if self._is_event(track, subject):
                events.append(self._event(track, subject, scale))
        return sorted(events, key=lambda event: event.start)

    def _event(self, track: Track, subject: _Subject, scale: float) -> Event:
        result = self._vote(subject)
        return Event(
            track.number,
            track.start,
            track.seen if track.standing else track.path[-1][0],
            result.label,
            result.confidence,
            subject.crops.best,
            tuple((time, box.scaled(1 / scale)) for time, box in track.path),
            tuple(subject.visits.entered),
        )

    def _vote(self, subject: _Subject) -> Vote:
        """What the best crops agree on; the whole picture has a vote where the object is its subject.

        Where the best of them agree the others are not asked about.
        """
        crops = sorted(subject.crops.crops, key=lambda crop: -crop.weight)
        subject.answers = {crop: subject.answers[crop] for crop in crops if crop in subject.answers}
        self._ask(subject, crops[:_ENOUGH_ANSWERS])
        if not agree(list(subject.answers.values()), _ENOUGH_ANSWERS):
            self._ask(subject, crops[_ENOUGH_ANSWERS:])
        votes = [(answer, crop.weight) for crop, answer in subject.answers.items()]
        whole = [] if subject.whole is None else self._classify([subject.whole.reduced(LARGEST)])
        return vote(votes + [(answer, subject.crops.best.weight) for answer in whole])

    def _ask(self, subject: _Subject, crops: Sequence[Crop]) -> None:
        """Classify crops that were not classified yet; the model may be unavailable."""
        new = [crop for crop in crops if crop not in subject.answers]
        found = self._classify([crop.pixels for crop in new]) if new else ()
        subject.answers |= dict(zip(new, found, strict=False))


def _patch(grey: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    part = grey[int(box.y) : int(box.y + box.height) + 1, int(box.x) : int(box.x + box.width) + 1]
    return np.asarray(cv2.resize(part, (16, 16), interpolation=cv2.INTER_AREA), np.uint8)


def _same(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> bool:
    """Whether two patches show the same, also in another light."""
    alike, spread, spread_now = likeness(before, now)
    if spread < 4:
        return bool(spread_now < 6 and abs(float(before.mean()) - float(now.mean())) < 15)
    return spread_now > 0 and alike > 0.8
