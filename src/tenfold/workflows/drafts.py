"""Trains a model from a draft: computes its pictures' features, fits a head, writes and keeps the model file.

Joins drafts, the backbone and the registry. What is learned and how it is evaluated is `tenfold.teaching`'s.
"""

import hashlib
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold import images
from tenfold.database import Database
from tenfold.datasets.cache import Progress
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.labelled import LabelledPictures
from tenfold.drafts.contents import Contents, NewPicture
from tenfold.drafts.drafts import Drafts
from tenfold.drafts.tables import Draft, DraftClass, DraftPicture
from tenfold.errors import DraftError
from tenfold.export import partial
from tenfold.export.pictures import evenly
from tenfold.images import Limits
from tenfold.inference import Classifier
from tenfold.metrics import Share
from tenfold.modelfile import ModelInfo
from tenfold.models.registry import TAUGHT
from tenfold.models.tables import RegisteredModel
from tenfold.os_errors import refused
from tenfold.storage import BlobStore
from tenfold.teaching import model_file
from tenfold.teaching.teach import LEAST, MOST, Taught
from tenfold.teaching.teach import teach as learn
from tenfold.workflows.switch_model import Load, ModelSwitch
from tenfold.workflows.teach import embeddings_of, facts

Pixels = NDArray[np.uint8]
# How many models stay loaded for trying.
_LOADED = 3
# How many pictures are read as a model's own data.
_OWN = 600
# How many are looked at to see whether a part of them is covered.
_LOOKED_AT = 24


@dataclass(frozen=True, eq=False)
class ReadPicture:
    """A decoded picture: its file's hash, and its pixels at the backbone's size."""

    name: str
    hash: str
    pixels: Pixels


class TeachDrafts:
    """What people do with their drafts. Safe to use from several threads.

    Every method that names a draft raises UnknownDraft where its owner has no such draft.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        backbone: Path,
        load: Load,
        switch: Callable[[], ModelSwitch],
        limits: Limits,
    ) -> None:
        self.drafts, self.contents = Drafts(database), Contents(database)
        self._blobs, self._path, self._load, self._limits = blobs, backbone, load, limits
        self._switch = switch
        self._lock = threading.Lock()
        self._backbone: Classifier | None = None
        self._models: OrderedDict[str, Classifier] = OrderedDict()

    @property
    def backbone(self) -> Classifier:
        """The classifier whose features are taught, loaded when it is first used."""
        with self._lock:
            if self._backbone is None:
                self._backbone = self._load(self._path)
            return self._backbone

    def check(self, draft_id: int, owner: int, class_id: int) -> None:
        """Raises DraftError where the draft has no room for a picture, UnknownDraft without the class."""
        self.contents.check_room(draft_id, owner, class_id, MOST)

    def read(self, draft_id: int, content: bytes, name: str) -> ReadPicture:
        """Decode a picture that came in, and store its file. Raises PictureError, DraftError: no room."""
        pixels = self._pixels(content, name)
        key = hashlib.sha256(content).hexdigest()
        self._store(_picture_key(draft_id, key), content)
        return ReadPicture(images.safe_name(name), key, pixels)

    def add(
        self,
        draft_id: int,
        owner: int,
        class_id: int,
        pictures: Sequence[ReadPicture],
        *,
        batch: int | None = None,
        recording: bool = False,
    ) -> dict[str, str]:
        """Add pictures that were read to a class; arguments and result as `Contents.add_pictures`.

        Raises:
            DraftError: the draft has no room for them.
        """
        backbone = self.backbone
        found = embeddings_of(backbone, np.stack([one.pixels for one in pictures]))
        new = [
            NewPicture(one.hash, one.name, backbone.sha256, embedding.astype("<f4").tobytes())
            for one, embedding in zip(pictures, found, strict=True)
        ]
        known = self.contents.add_pictures(
            draft_id, owner, class_id, new, batch=batch, recording=recording, most=MOST
        )
        self._delete(draft_id, self.contents.purge(draft_id))
        return known

    def undo(self, draft_id: int, owner: int) -> None:
        """Undo the last change. Raises DraftError where there is none."""
        self._delete(draft_id, self.contents.undo(draft_id, owner))

    def delete(self, draft_id: int, owner: int) -> Draft:
        """Delete a draft with its pictures; a model that was kept stays."""
        draft = self.drafts.delete(draft_id, owner)
        for key in list(self._blobs.all_keys(str(draft_id))):
            self._blobs.delete(key)
        return draft

    def small(self, draft_id: int, owner: int, content_hash: str, side: int) -> bytes:
        """A picture as an upright JPEG, no side longer than `side`. Raises PictureError."""
        name = self.contents.name_of(draft_id, owner, content_hash)
        read = images.load(
            self._stored(_picture_key(draft_id, content_hash)), name=name, limits=self._limits, needed=side
        )
        return images.jpeg(read.pixels, side)

    def fit(self, draft_id: int, owner: int) -> None:
        """Fit a head to a draft as it is now, and store it. Raises DraftError: a class has too few."""
        begun = time.perf_counter()
        draft, classes, pictures = self.contents.learnable(draft_id, owner)
        counts = Counter(one.class_id for one in pictures)
        taken = [one for one in classes if counts[one.id]]
        _check(draft, taken, counts)
        embeddings = self._embeddings(draft_id, pictures)
        order = {one.id: number for number, one in enumerate(taken)}
        labels = np.array([order[one.class_id] for one in pictures], np.int64)
        taught = learn(embeddings, labels, [one.name for one in taken], _groups(pictures))
        prints = hashlib.sha256("".join(sorted(f"{one.hash}{one.class_id}" for one in pictures)).encode())
        parts = self._whole(draft_id, pictures)
        info = facts(draft.name, self.backbone.info, taught, prints.hexdigest(), parts=parts)
        with TemporaryDirectory(prefix="tenfold-") as folder:
            file = Path(folder, "taught.onnx")
            model_file.write(file, self._path, taught, info, parts=parts)
            content = file.read_bytes()
        key = hashlib.sha256(content).hexdigest()
        self._store(_model_key(draft_id, key), content)
        left_out = [one.name for one in classes if not counts[one.id]]
        seconds = round(time.perf_counter() - begun, 2)
        about = {"version": draft.version, "name": draft.name, "left_out": left_out, "seconds": seconds}
        told = about | _told(taught, pictures)
        unneeded = self.drafts.fitted(draft_id, told, key)
        if unneeded is not None:
            self._blobs.delete(_model_key(draft_id, unneeded))

    def classifier(self, draft_id: int, owner: int) -> Classifier:
        """A classifier of the model that was learned last. Raises DraftError: nothing was learned yet."""
        draft = self.drafts.state(draft_id, owner).draft
        key = _learned(draft)
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
        with self._model(draft_id, key) as path:
            loaded = self._load(path)
        with self._lock:
            self._models[key] = loaded
            while len(self._models) > _LOADED:
                self._models.popitem(last=False)
        return loaded

    def keep(self, draft_id: int, owner: int) -> RegisteredModel:
        """Fit a head to a draft as it is now, and register it as a model of its name. Raises as `fit`."""
        draft = self.drafts.state(draft_id, owner).draft
        if draft.fitted is None or (draft.fitted["version"], draft.fitted["name"]) != (
            draft.version, draft.name,
        ):  # fmt: skip
            self.fit(draft_id, owner)
            draft = self.drafts.state(draft_id, owner).draft
        with self._model(draft_id, _learned(draft)) as path:
            model = self._switch().add(path, name=draft.name, origin=TAUGHT, by=owner)
        self.drafts.kept(draft_id, model.hash, draft.version)
        return model

    def dataset(self, draft: Draft, info: ModelInfo, progress: Progress) -> Dataset:
        """A draft's pictures as the own data of a model that was kept from it.

        Of each class two of three are in `validation` and the third in `test`; `training` is empty.

        Raises:
            UnknownDraft: the draft was deleted.
            DraftError: a picture's file cannot be read.
        """
        _, classes, rows = self.contents.learnable(draft.id, draft.owner)
        known = [one for one in classes if one.name in info.labels]
        most = max(3, _OWN // max(1, len(known)))
        chosen: list[tuple[int, DraftPicture]] = []
        for number, kind in enumerate(known):
            found = [one for one in rows if one.class_id == kind.id]
            chosen += [(number, one) for one in found[:: -(-len(found) // most) or 1]]
        pixels = np.zeros((len(chosen), info.input_size, info.input_size, 3), np.uint8)
        for place, (_, one) in enumerate(chosen):
            progress(place, len(chosen))
            pixels[place] = self._pixels(self._stored(_picture_key(draft.id, one.hash)), one.name)
        everything = LabelledPictures(
            pixels, np.array([k for k, _ in chosen], np.int64), tuple(one.name for one in known)
        )
        third = np.arange(len(chosen)) % 3 == 2
        return Dataset(
            draft.name,
            everything.take(np.arange(0)),
            everything.take(np.flatnonzero(~third)),
            everything.take(np.flatnonzero(third)),
            "",
        )

    @contextmanager
    def _model(self, draft_id: int, key: str) -> Iterator[Path]:
        with ExitStack() as stack:
            try:
                path = stack.enter_context(self._blobs.local_copy(_model_key(draft_id, key)))
            except OSError as reason:
                raise refused(DraftError, "A file of the draft", reason) from reason
            yield path

    def _pixels(self, content: bytes, name: str) -> Pixels:
        info = self.backbone.info
        needed = images.needed(info.input_size)
        read = images.load(content, name=name, limits=self._limits, needed=needed)
        return images.resize(read.pixels, info.input_size, info.resize)

    def _whole(self, draft_id: int, pictures: Sequence[DraftPicture]) -> bool:
        """Whether the model may check that no part of a picture is missing; some of its own say so."""
        some = [pictures[k] for k in evenly(len(pictures), _LOOKED_AT)]
        found = [self._pixels(self._stored(_picture_key(draft_id, one.hash)), one.name) for one in some]
        return partial.suits(np.stack(found))

    def _embeddings(self, draft_id: int, pictures: Sequence[DraftPicture]) -> NDArray[np.float32]:
        """Of all pictures; those of another backbone, of an earlier tenfold, are made again."""
        backbone = self.backbone
        old = [one for one in pictures if one.backbone != backbone.sha256]
        new: dict[int, bytes] = {}
        for one in old:
            pixels = self._pixels(self._stored(_picture_key(draft_id, one.hash)), one.name)
            new[one.id] = embeddings_of(backbone, pixels[None])[0].astype("<f4").tobytes()
        if new:
            self.contents.embedded(new, backbone.sha256)
        return np.stack([np.frombuffer(new.get(one.id, one.embedding), "<f4") for one in pictures]).astype(
            np.float32
        )

    def _store(self, key: str, content: bytes) -> None:
        try:
            self._blobs.put(key, content, immutable=True)
        except OSError as reason:
            raise refused(DraftError, f"The folder {self._blobs.name}", reason) from reason

    def _stored(self, key: str) -> bytes:
        try:
            with self._blobs.open(key) as file:
                return file.read()
        except OSError as reason:
            raise refused(DraftError, "A file of the draft", reason) from reason

    def _delete(self, draft_id: int, hashes: Sequence[str]) -> None:
        for one in hashes:
            self._blobs.delete(_picture_key(draft_id, one))


def _picture_key(draft_id: int, content_hash: str) -> str:
    return f"{draft_id}/pictures/{content_hash[:2]}/{content_hash}"


def _model_key(draft_id: int, key: str) -> str:
    return f"{draft_id}/models/{key}.onnx"


def _learned(draft: Draft) -> str:
    if draft.model_hash is None:
        raise DraftError(
            f"The draft {draft.name}",
            "was not learned from yet",
            cure="Give its classes pictures, and learn.",
            reason="not-learned-yet",
        )
    return draft.model_hash


def _check(draft: Draft, taken: Sequence[DraftClass], counts: Mapping[int, int]) -> None:
    if not taken:
        raise DraftError(
            f"The draft {draft.name}", "has no pictures to learn from", cure="Add some.", reason="draft-empty"
        )
    fewest = min(taken, key=lambda one: counts[one.id])
    if counts[fewest.id] < LEAST:
        raise DraftError(
            f"The class {fewest.name}", "has too few pictures", received=str(counts[fewest.id]),
            cure=f"Give it {LEAST} at least; with 10 or more the answers become reliable.",
            reason="class-too-few", params={"name": fewest.name, "least": LEAST},
        )  # fmt: skip


def _groups(pictures: Sequence[DraftPicture]) -> NDArray[np.int64]:
    return np.array([-1 if one.recording is None else one.recording for one in pictures], np.int64)


def _told(taught: Taught, pictures: Sequence[DraftPicture]) -> dict[str, Any]:
    """What was learned, as the draft keeps it."""
    found = taught.assessment
    return {
        "classes": list(taught.classes),
        "counts": list(taught.counts),
        "accuracy": None if found.accuracy is None else _share(found.accuracy),
        "kept": _share(found.kept),
        "confusion": found.confusion.tolist(),
        "mistakes": [
            {**asdict(one), "picture": pictures[one.picture].id, "hash": pictures[one.picture].hash}
            for one in found.mistakes
        ],
    }


def _share(one: Share) -> dict[str, float | int]:
    """Rounded, because an interval's end of 1 is computed slightly below it."""
    return {"value": round(one.value, 4), "low": round(one.low, 4), "high": round(one.high, 4), "n": one.n}
