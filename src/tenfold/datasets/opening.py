"""Opens a dataset (CIFAR-10, a folder or a manifest) as three parts. Fetches nothing.

A picture becomes a square as the model file's rule "whole" does it: read by the pixel rule, the whole of it
squeezed to `[side, side, 3]`. Nothing that was labelled is cut off, and a model that is trained on such
pictures should be exported with the views "whole" or "mirrored-pair", which show it the same.
"""

import os
from dataclasses import replace
from functools import partial
from hashlib import blake2b, sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold import images
from tenfold.class_folders import PARTS, TEST, TRAINING, VALIDATION
from tenfold.datasets import cifar10, shares
from tenfold.datasets.cache import KEY_BYTES, PixelCache, Progress, Rows
from tenfold.datasets.dataset import Dataset, Skipped
from tenfold.datasets.folders import list_folder
from tenfold.datasets.labelled import LabelledPictures, fingerprint, split
from tenfold.datasets.listing import ListedPicture, Listing, check_learnable
from tenfold.datasets.manifests import SUFFIXES, list_manifest
from tenfold.errors import DamagedPicture, DatasetError, PictureError
from tenfold.os_errors import refused
from tenfold.server_files import ServerFiles

CIFAR10 = "cifar10"
SIDES = (32, 224)
SHARE = 0.15
SKIPPED_SHARE = 0.05
# How many files may be unreadable in any case; at most an eighth of all.
_FEW_SKIPPED = 3
_NAMED = 3
_ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")


def title_of(source: str) -> str:
    """What people call the data: CIFAR-10, or the name of the folder or manifest."""
    return "CIFAR-10" if source == CIFAR10 else Path(source).name or source


def open_dataset(
    source: str,
    *,
    side: int,
    data_dir: Path,
    cache: Path,
    resize: str = "bilinear",
    validation_share: float = SHARE,
    test_share: float = SHARE,
    skipped_share: float = SKIPPED_SHARE,
    to_train: bool = True,
    limits: images.Limits | None = None,
    files: ServerFiles | None = None,
    progress: Progress = lambda done, total: None,
) -> Dataset:
    """Open labelled pictures; those decoded before come from the cache.

    Parts that the source does not have are split off from the training pictures by their content, the same
    share of every class, the same on every machine.

    Args:
        source: "cifar10", or the path of a folder `[part/]class-name/picture.jpg`, or of a CSV or Parquet
            manifest with the columns path, label and perhaps split.
        side: pictures become `[side, side, 3]`; 32 to 224. CIFAR-10's stay as they are unless they are to be
            trained on: a model file's own rule enlarges them, and 60,000 of 192 pixels are 6.6 GB.
        data_dir: where CIFAR-10 is.
        cache: the folder for decoded pictures.
        resize: one of `tenfold.images.RESIZE_RULES`.
        validation_share: how much of the training pictures becomes the validation part where there is none.
        test_share: how much becomes the test part where there is none.
        skipped_share: how many of the files may be unreadable; of a small set one at least.
        to_train: refuse what nothing can be learned from: a single class, classes without training pictures
            or with too few to be split, too many unreadable files, any that a manifest names and that is not
            there. Without it, all that can be read is given; a class that is too small to be split is in
            training.
        limits: what one picture may ask for.
        files: opens what was named to a server; without it, links and a manifest's paths lead anywhere.
        progress: called with the pictures decoded and the pictures in all.

    Raises:
        DatasetError: there is no such data, or it makes no sense; the message says what to change.
        MissingExtra: a Parquet manifest, without pyarrow.
    """
    _check_range(side, validation_share, test_share)
    if source == CIFAR10:
        return _cifar10(side if to_train else cifar10.SIDE, data_dir, cache, resize, progress)
    found = listed(source, files, some=not to_train)
    split_off = {
        part: share
        for part, share in ((VALIDATION, validation_share), (TEST, test_share))
        if not any(entry.part == part for entry in found.entries)
    }
    if to_train:
        check_learnable(found)
        _check_counts(found, len(split_off))
    bounds = limits or images.Limits()
    reader = _ListingReader(found, side, resize, bounds, files)
    place = Path(os.path.realpath(source))
    order = _Arrangement(found, split_off, to_train)
    pictures, rows = PixelCache(cache, _title(place.name, str(place), side, resize), side).open(
        [_key(entry, bounds) for entry in found.entries],
        reader.decode,
        partial(_checked, found, skipped_share if to_train else 1.0, order),
        progress,
    )
    return order.dataset(pictures, rows)


def _check_range(side: int, validation_share: float, test_share: float) -> None:
    if not SIDES[0] <= side <= SIDES[1]:
        raise DatasetError(
            "The side of the pictures",
            "is out of range",
            received=f"{side} pixels",
            cure=f"Take {SIDES[0]} to {SIDES[1]}.",
            reason="side-range",
            params={"least": SIDES[0], "most": SIDES[1]},
        )
    if not min(validation_share, test_share) > 0 or not validation_share + test_share < 1:
        raise DatasetError(
            "The shares of validation and test",
            "leave nothing for one of the parts",
            received=f"{validation_share} and {test_share}",
            cure="Take two numbers above 0 that together are less than 1.",
            reason="shares",
        )


def _cifar10(side: int, data_dir: Path, cache: Path, resize: str, progress: Progress) -> Dataset:
    everything = cifar10.load_train(data_dir)
    training, validation = split(everything, cifar10.VALIDATION)
    parts = [training, validation, cifar10.load_test(data_dir)]
    if side != cifar10.SIDE:
        digests = [digest for part in parts for digest in part.digests()]
        small = np.concatenate([part.pictures for part in parts])

        def enlarge(item: int) -> tuple[NDArray[np.uint8], bytes]:
            return images.resize(small[item], side, resize), digests[item]

        pictures, _ = PixelCache(cache, _title(CIFAR10, CIFAR10, side, resize), side).open(
            [digest[:KEY_BYTES] for digest in digests],
            enlarge,
            lambda rows: np.arange(len(rows.items)),
            progress,
        )
        ends = np.cumsum([0, *map(len, parts)])
        parts = [
            replace(part, pictures=pictures[start:end])
            for part, start, end in zip(parts, ends, ends[1:], strict=False)
        ]
    return Dataset(CIFAR10, parts[0], parts[1], parts[2], everything.fingerprint())


def listed(source: str, files: ServerFiles | None = None, *, some: bool = False) -> Listing:
    """The pictures that a folder or a manifest names; `files` as of `open_dataset`. Raises DatasetError.

    Args:
        some: give those that are there, where a manifest names others too.
    """
    path = Path(os.path.expanduser(source))
    if files is not None and files.own(path):
        raise DatasetError(
            f"The data {source!r}",
            "lie where tenfold keeps its own files",
            cure="Copy the pictures to another folder.",
            reason="own-files",
        )
    if source.strip() and os.path.isdir(path):  # "" would be the folder that one stands in
        return list_folder(path, source, files)
    if path.suffix.lower() in SUFFIXES and os.path.isfile(path):
        return list_manifest(path, source, files, some=some)
    raise _no_such_data(source, path)


def _no_such_data(source: str, path: Path) -> DatasetError:
    problem = "is neither a folder nor a manifest" if os.path.exists(path) else "does not exist"
    looked = f"looked for {images.safe_name(str(path.absolute()))}"
    cure = (
        "Name cifar10, a folder of class-name/picture files, or a manifest that ends in .csv, .parquet or "
        ".tsv."
    )
    if not source.strip():
        return DatasetError("A dataset", "has no name", cure=cure, reason="no-such-data")
    elif "://" in source:
        problem, looked = "is an address", ""
        cure = "Download it, and name the folder or the manifest by its path."
    elif path.name.lower().endswith(_ARCHIVES) and os.path.isfile(path):
        problem, cure = "is an archive", "Unpack it, and name the folder that comes out of it."
    return DatasetError(
        f"The data {images.safe_name(source)!r}",
        problem,
        received=looked,
        cure=cure,
        reason="no-such-data",
    )


def _check_counts(found: Listing, parts: int) -> None:
    """Checks before decoding, which may take long."""
    learned = {TRAINING, ""}
    counts = dict.fromkeys(found.classes, 0)
    for entry in found.entries:
        counts[entry.label] += entry.part in learned
    label = min(counts, key=lambda name: counts[name])
    if counts[label] <= parts:
        raise shares.too_few(label, counts[label], parts + 1)


class _ListingReader:
    """Reads a listing's pictures; safe in several threads."""

    def __init__(
        self, found: Listing, side: int, resize: str, limits: images.Limits, files: ServerFiles | None
    ) -> None:
        self._found, self._side, self._resize = found, side, resize
        self._limits, self._files = limits, files

    def decode(self, item: int) -> tuple[NDArray[np.uint8], bytes]:
        """A picture's pixels and the SHA-256 of its file. Raises PictureError."""
        entry = self._found.entries[item]
        content = self._content(entry)
        needed = images.needed(self._side)
        pixels = images.read(content, name=entry.source, limits=self._limits, needed=needed)
        if min(pixels.shape[:2]) < 1:
            raise DamagedPicture(entry.source, "has no pixels")
        return images.resize(pixels, self._side, self._resize), sha256(content).digest()

    def _content(self, entry: ListedPicture) -> bytes:
        if self._files is not None:
            root = (str(self._found.root),)
            return self._files.picture(str(entry.path), self._limits, name=entry.source, within=root)
        try:
            with entry.path.open("rb") as file:
                return file.read(self._limits.bytes + 1)
        except OSError as reason:
            raise refused(PictureError, entry.source, reason, "cannot be read") from reason


class _Arrangement:
    """Puts a listing's rows into the order training, validation, test, so that each part is one stretch."""

    def __init__(self, found: Listing, split_off: dict[str, float], to_train: bool) -> None:
        self._found, self._split_off, self._to_train = found, split_off, to_train
        self._labels = found.labels()
        self._given = np.array([PARTS.index(entry.part or TRAINING) for entry in found.entries])

    def parts(self, rows: Rows) -> NDArray[np.int64]:
        """Each row's index into PARTS. Raises DatasetError where a class is too small."""
        part = self._given[rows.items]
        if self._split_off:
            whole = np.flatnonzero(part == 0)
            number = shares.choose(
                self._labels[rows.items][whole],
                [rows.contents[row] for row in whole],
                [rows.pixels[row] for row in whole],
                list(self._split_off.values()),
                self._found.classes,
                keep_small=not self._to_train,
            )
            part[whole] = np.array([0, *(PARTS.index(name) for name in self._split_off)])[number]
        return part

    def order(self, rows: Rows) -> NDArray[np.int64]:
        """Rows by part, and by picture within a part."""
        return np.lexsort((rows.items, self.parts(rows)))

    def dataset(self, pictures: NDArray[np.uint8], rows: Rows) -> Dataset:
        """The rows, once they are in order, as a dataset."""
        ends = np.searchsorted(self.parts(rows), np.arange(len(PARTS) + 1))
        labels = self._labels[rows.items]
        sources = [self._found.entries[item].source for item in rows.items]
        training, validation, test = (
            LabelledPictures(
                pictures[start:end], labels[start:end], self._found.classes, tuple(sources[start:end])
            )
            for start, end in pairwise(ends)
        )
        unread = [
            Skipped(self._found.entries[item].source, "unreadable", reason)
            for item, reason in sorted(rows.problems.items())
        ]
        return Dataset(
            self._found.name,
            training,
            validation,
            test,
            fingerprint(rows.contents[: ends[2]], labels[: ends[2]], len(self._found.classes)),
            (*self._found.skipped, *unread),
            self._found.layout,
        )


def _checked(found: Listing, most: float, order: _Arrangement, rows: Rows) -> NDArray[np.int64]:
    """The order of the rows, where there are enough of them. Raises DatasetError."""
    count, total = len(rows.problems), len(found.entries)
    first = [rows.problems[item] for item in sorted(rows.problems)][:_NAMED]
    if count == total:
        raise DatasetError(
            found.name,
            "has no picture that can be read",
            received=" ".join(first),
            cure="Repair its files, or name others.",
            reason="no-readable-pictures",
        )
    if count > max(most * total, min(_FEW_SKIPPED, max(1, total // 8))):
        raise DatasetError(
            found.name,
            f"has too many files that give no picture: {count:,} of {total:,}",
            received=f"at most {most:.0%} may; {' '.join(first)}",
            cure="Repair or remove them, and open it again: what could be read is kept.",
            reason="too-many-unreadable",
            params={"count": count, "total": total},
        )
    return order.order(rows)


def forget_cached(source: Path, cache: Path) -> None:
    """Remove what the cache holds of a folder or a manifest, at every size."""
    place = source.resolve()
    for file in cache.glob(f"{_source_title(place.name, str(place))}-*"):
        file.unlink(missing_ok=True)


def _title(name: str, whole: str, side: int, resize: str) -> str:
    """A file name for the cache."""
    return f"{_source_title(name, whole)}-{side}-{resize}"


def _source_title(name: str, whole: str) -> str:
    """How the cache's files of a source begin: people can read it, and no two sources share it."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name)[:40]
    return f"{plain}-{sha256(whole.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"


def _key(entry: ListedPicture, limits: images.Limits) -> bytes:
    """The cache key of a file: its name, size and times, and the limits."""
    try:
        state = entry.path.stat()
        times = f"{state.st_size}\0{state.st_mtime_ns}\0{state.st_ctime_ns}"
    except OSError:
        times = "gone"  # since it was listed: reading it will say so
    facts = f"{entry.source}\0{times}\0{limits}"
    return blake2b(facts.encode(), digest_size=KEY_BYTES).digest()
