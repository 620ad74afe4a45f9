"""The receipt of an export: how far it agrees with its original. Runs nothing."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.errors import ExportError
from tenfold.evaluation.report.speed import machine
from tenfold.export.measure import Measured
from tenfold.export.pictures import ExportPictures
from tenfold.metrics import Share, share
from tenfold.os_errors import refused
from tenfold.parsing import from_json

VERSION = 1
# First answers alike, where the user names no other limit.
LEAST_FLOAT, LEAST_INTEGER = 0.995, 0.985
_ENDING = ".receipt.json"
_SHOWN = 24


@dataclass(frozen=True)
class FileFacts:
    """A file by its name, length and SHA-256."""

    name: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "FileFacts":
        content = path.read_bytes()
        return cls(path.name, len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class NoveltyAgreement:
    """The agreement on "none of these".

    Attributes:
        correlation: of the novelty of both, by Pearson.
        thresholds: the original's, and the one measured for the export.
        none_of_these: the share of the pictures that each calls "none of these" at its own threshold.
        same: the share of which both say the same.
    """

    correlation: float
    thresholds: tuple[float, float]
    none_of_these: tuple[Share, Share]
    same: Share


@dataclass(frozen=True)
class Disagreement:
    """A picture that both call different things.

    Attributes:
        place: of the picture, among those compared.
        name: for people.
        label: its class.
        answers: of the original and of the export.
        confidence: of both.
    """

    place: int
    name: str
    label: str
    answers: tuple[str, str]
    confidence: tuple[float, float]


@dataclass(frozen=True)
class Receipt:
    """How an export answers beside its original, on the same picture files. Of pairs the original's is first.

    Attributes:
        format: as `tenfold export --to` takes it.
        created: when, in UTC.
        model: the original's name.
        original: its file.
        files: those of the export; the first is the one that programs open.
        source, title, split, pictures, fingerprint: of the pictures that both were shown.
        least: the agreement below which the export is refused.
        agreement: the share of pictures whose most probable class is the same.
        accuracy: of both.
        largest_difference: of the probability of a class.
        novelty: None where the export has none.
        evidence_overlap: the mean over the pictures; None where there is no evidence.
        least_cosine: of the embeddings; None where the export has none.
        milliseconds: for one picture on one core, from file to answer, the median.
        versions: of tenfold and of what runs the export.
        processor, system: where it was measured.
        disagreements: the worst of them.
        answers: of each picture, the original's first class, the export's, and its probability.
    """

    format: str
    created: str
    model: str
    original: FileFacts
    files: tuple[FileFacts, ...]
    source: str
    title: str
    split: str
    pictures: int
    fingerprint: str
    least: float
    agreement: Share
    accuracy: tuple[Share, Share]
    largest_difference: float
    novelty: NoveltyAgreement | None
    evidence_overlap: float | None
    least_cosine: float | None
    milliseconds: tuple[float, float]
    versions: dict[str, str]
    processor: str
    system: str
    disagreements: tuple[Disagreement, ...]
    answers: tuple[tuple[int, int, float], ...] = field(repr=False)

    @property
    def good(self) -> bool:
        """Whether the export agrees as often as was asked for."""
        return self.agreement.value >= self.least

    def to_json(self) -> str:
        """The receipt as a file has it."""
        return json.dumps({"receipt": VERSION, **asdict(self)}, ensure_ascii=False, allow_nan=False) + "\n"


def receipt_path(export: Path) -> Path:
    """Where the receipt of an exported file is."""
    return export.with_name(export.name + _ENDING)


def exported_path(receipt: Path) -> Path:
    """The exported file that a receipt lies beside."""
    return receipt.with_name(receipt.name.removesuffix(_ENDING))


def read_receipt(path: Path) -> Receipt:
    """Read a receipt, or that of an exported file. Raises ExportError."""
    path = path if is_receipt(path.name) else receipt_path(path)
    subject = f"The receipt {path}"
    try:
        content = path.read_bytes()
    except OSError as reason:
        cure = "`tenfold export` writes it beside the exported file."
        raise refused(ExportError, subject, reason, "cannot be read", cure=cure) from reason
    return parse_receipt(content, subject)


def is_receipt(name: str) -> bool:
    """Whether a file's name is that of a receipt."""
    return name.endswith(_ENDING)


def parse_receipt(content: bytes, subject: str) -> Receipt:
    """A receipt from a file's content. Raises ExportError about `subject`."""
    try:
        found = from_json(content)
        if found["receipt"] > VERSION:
            raise ExportError(
                subject, "comes from a newer tenfold than this one", cure="Install a newer tenfold."
            )
        return _parsed(found)
    except (ValueError, KeyError, TypeError, AttributeError) as reason:
        raise ExportError(
            subject, "is not a receipt of an export", cure="Export the model again."
        ) from reason


def _parsed(found: dict[str, Any]) -> Receipt:
    novelty = found["novelty"]
    facts = {name: value for name, value in found.items() if name != "receipt"}
    return Receipt(
        **{
            **facts,
            "original": FileFacts(**found["original"]),
            "files": tuple(FileFacts(**one) for one in found["files"]),
            "agreement": Share(**found["agreement"]),
            "accuracy": _pair(found["accuracy"]),
            "novelty": novelty
            and NoveltyAgreement(
                float(novelty["correlation"]),
                (float(novelty["thresholds"][0]), float(novelty["thresholds"][1])),
                _pair(novelty["none_of_these"]),
                Share(**novelty["same"]),
            ),
            "disagreements": tuple(Disagreement(**one) for one in found["disagreements"]),
            "answers": tuple((int(a), int(b), float(sure)) for a, b, sure in found["answers"]),
        }
    )


def _pair(found: Sequence[dict[str, Any]]) -> tuple[Share, Share]:
    first, second = found
    return Share(**first), Share(**second)


def make_receipt(
    *,
    made_by: str,
    created: str,
    model: str,
    original: FileFacts,
    files: Sequence[FileFacts],
    pictures: ExportPictures,
    labels: Sequence[str],
    least: float,
    found: Measured,
    thresholds: tuple[float, float],
    versions: dict[str, str],
) -> Receipt:
    """Put what was measured into a receipt."""
    truth = np.array(pictures.labels)
    ours, theirs = found.first.T
    count, here = len(truth), machine()
    return Receipt(
        format=made_by,
        created=created,
        model=model,
        original=original,
        files=tuple(files),
        source=pictures.source,
        title=pictures.title,
        split=pictures.split,
        pictures=count,
        fingerprint=pictures.fingerprint,
        least=least,
        agreement=share(int((ours == theirs).sum()), count),
        accuracy=(share(int((ours == truth).sum()), count), share(int((theirs == truth).sum()), count)),
        largest_difference=float(found.difference.max()),
        novelty=_novelty(found, thresholds),
        evidence_overlap=_known(float(found.overlap.mean())),
        least_cosine=_known(float(found.cosine.min())),
        milliseconds=(float(np.median(found.milliseconds[:, 0])), float(np.median(found.milliseconds[:, 1]))),
        versions=versions,
        processor=f"{here['processor']}, {here['cores']} cores",
        system=f"{here['system']}, Python {here['python']}",
        disagreements=_disagreements(found, pictures, labels),
        answers=tuple(
            (int(a), int(b), round(float(sure), 6))
            for (a, b), sure in zip(found.first, found.confidence[:, 1], strict=True)
        ),
    )


def _novelty(found: Measured, thresholds: tuple[float, float]) -> NoveltyAgreement | None:
    if not np.isfinite(found.novelty).all():
        return None
    ours, theirs = found.novelty.T
    apart = bool(np.ptp(ours)) and bool(np.ptp(theirs))
    strange = found.novelty > np.array(thresholds)
    count = len(ours)
    return NoveltyAgreement(
        correlation=float(np.corrcoef(ours, theirs)[0, 1]) if apart else 1.0,
        thresholds=thresholds,
        none_of_these=(share(int(strange[:, 0].sum()), count), share(int(strange[:, 1].sum()), count)),
        same=share(int((strange[:, 0] == strange[:, 1]).sum()), count),
    )


def _disagreements(
    found: Measured, pictures: ExportPictures, labels: Sequence[str]
) -> tuple[Disagreement, ...]:
    ours, theirs = found.first.T
    which = np.flatnonzero(ours != theirs)
    worst = which[np.argsort(-found.difference[which], kind="stable")][:_SHOWN]
    return tuple(
        Disagreement(
            place=int(place),
            name=pictures.names[place],
            label=labels[pictures.labels[place]],
            answers=(labels[ours[place]], labels[theirs[place]]),
            confidence=(float(found.confidence[place, 0]), float(found.confidence[place, 1])),
        )
        for place in worst
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
