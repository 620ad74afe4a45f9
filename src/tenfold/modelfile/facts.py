"""The facts in a model file, checked.

Knows no file. A model file may come from anybody. Its facts are shown everywhere and stored in the database,
so they are checked once, here; all other code relies on it.
"""

import json
import math
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypedDict

from tenfold.parsing import from_json

FORMAT_VERSION = 1
# Of the network in a model file, in this order.
OUTPUTS = ("probabilities", "embedding", "evidence", "novelty")
# Beyond any network that takes whole pictures; what a file says of itself must not ask for all memory.
_LARGEST_SIDE = 1024
MOST_BYTES = 4_000_000
_MOST_CLASSES = 10_000
# As many characters as the catalogue's tables have room for.
_LONGEST_LABEL = 100
_LONGEST_NAME = 200
_DEEPEST = 16
_SHOWN = 5


class UnfitFacts(Exception):
    """The facts are readable, but a value is impossible; the message says which."""


@dataclass(frozen=True)
class ClassName:
    """A class: the label that programs use and its name in the languages of people."""

    label: str
    names: dict[str, str] = field(default_factory=dict)


class NetworkFacts(TypedDict, total=False):
    """What a model file says of its network beside the options that it was built with."""

    name: str
    classes: int  # stated by older files
    parameters: int
    multiply_adds: int
    missing_part: str
    correction: dict[str, str]
    exported: dict[str, str]


@dataclass(frozen=True)
class ModelInfo:
    """The facts in a model file.

    Attributes:
        name: what the model is called.
        classes: in the order of the outputs.
        input_size: side in pixels of the square picture that the network takes.
        resize: the resize rule, one of `tenfold.images.RESIZE_RULES`.
        views: how views are taken from a picture, a name in `tenfold.inference.views`.
        temperature: the logits were divided by it before the softmax (Guo et al. 2017).
        threshold: a picture whose novelty is above it is "none of these".
        known_rate: the share of known pictures that the threshold was chosen to keep, 0 to 1.
        network: the network's name and options, and other `NetworkFacts`.
        training: the recipe.
        data_fingerprint: SHA-256 over the training pictures and their labels.
        scores: measured figures, by name.
        licence: of the weights, as an SPDX identifier.
        tenfold_version: which tenfold wrote the file.
        format_version: which layout of facts and outputs the file has.
    """

    name: str
    classes: tuple[ClassName, ...]
    input_size: int
    resize: str
    views: str
    temperature: float
    threshold: float
    known_rate: float
    network: dict[str, Any]
    training: dict[str, Any]
    data_fingerprint: str
    scores: dict[str, Any]
    licence: str
    tenfold_version: str
    format_version: int = FORMAT_VERSION

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(c.label for c in self.classes)

    @property
    def network_options(self) -> dict[str, Any]:
        """The options with which a network is built as this one was."""
        return {
            name: value for name, value in self.network.items() if name not in NetworkFacts.__annotations__
        }

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def dumped(info: ModelInfo) -> bytes:
    """The facts as they stand in the file."""
    return json.dumps(info.to_dict(), ensure_ascii=False, separators=(",", ":")).encode()


def parsed(raw: bytes) -> dict[str, Any]:
    """The facts as JSON; only that they have a version is checked. Raises ValueError where they have none."""
    if len(raw) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES:,} bytes of facts")
    facts = from_json(raw)
    if not isinstance(facts, dict) or type(facts.get("format_version")) is not int:
        raise ValueError("the facts are not an object with a version")
    return facts


def model_info(facts: dict[str, Any]) -> ModelInfo:
    """The facts as a ModelInfo, checked. Those that a later tenfold added are passed over.

    Raises:
        KeyError, TypeError: one is missing, or of another kind.
        UnfitFacts: one says something that cannot be.
    """
    _check_values(facts)
    known = {f.name: facts[f.name] for f in fields(ModelInfo) if f.name in facts}
    info = ModelInfo(**{**known, "classes": tuple(ClassName(**c) for c in facts["classes"])})
    _check_kinds(info)
    _check_classes(info)
    _check_figures(info)
    return info


def _check_values(facts: dict[str, Any]) -> None:
    """Every text can be stored and sent, every number is one, and nothing is nested without end."""
    waiting: list[tuple[Any, int]] = [(facts, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEEPEST:
            raise UnfitFacts(f"more than {_DEEPEST} levels deep")
        if isinstance(value, dict):
            waiting += [(one, depth + 1) for pair in value.items() for one in pair]
        elif isinstance(value, list):
            waiting += [(one, depth + 1) for one in value]
        elif isinstance(value, str):
            # PostgreSQL stores no NUL, and UTF-8 has no half of a surrogate pair.
            if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
                raise UnfitFacts(f"a text with a character that is none: {value[:50]!a}")
        elif isinstance(value, float) and not math.isfinite(value):
            raise UnfitFacts(f"a number that is {value}")
        elif isinstance(value, int) and abs(value) >= 2**63:
            raise UnfitFacts("a number of more than 63 bits")


def _check_kinds(info: ModelInfo) -> None:
    """Raise TypeError where a fact has another type than its readers expect."""
    texts = (
        info.name,
        info.resize,
        info.views,
        info.data_fingerprint,
        info.licence,
        info.tenfold_version,
        *info.labels,
        *(name for one in info.classes if isinstance(one.names, dict) for name in one.names.values()),
    )
    numbers = (info.temperature, info.threshold, info.known_rate)
    mappings = (info.network, info.training, info.scores, *(one.names for one in info.classes))
    fits = (
        all(isinstance(one, str) for one in texts)
        and all(type(one) in (int, float) for one in numbers)
        and all(isinstance(one, dict) for one in mappings)
        and type(info.input_size) is int
    )
    if not fits:
        raise TypeError("a fact is of another kind")


def _check_classes(info: ModelInfo) -> None:
    labels = info.labels
    if not 1 <= len(labels) <= _MOST_CLASSES:
        raise UnfitFacts(f"{len(labels):,} classes; a model has 1 to {_MOST_CLASSES:,}")
    for label in labels:
        if not label.strip() or not label.isprintable() or len(label) > _LONGEST_LABEL:
            raise UnfitFacts(
                f"a class called {label[:50]!a}; a name is 1 to {_LONGEST_LABEL} printable characters"
            )
    if len(set(labels)) < len(labels):
        twice = [label for label, count in Counter(labels).items() if count > 1]
        raise UnfitFacts(f"two classes called {', '.join(map(repr, twice[:_SHOWN]))}")
    if any(len(name) > _LONGEST_NAME for one in info.classes for name in one.names.values()):
        raise UnfitFacts(f"the name of a class in another language is over {_LONGEST_NAME} characters long")


def _check_figures(info: ModelInfo) -> None:
    if not 1 <= info.input_size <= _LARGEST_SIDE:
        raise UnfitFacts(f"an input of {info.input_size:,} pixels a side; it is 1 to {_LARGEST_SIDE:,}")
    if info.temperature <= 0:
        raise UnfitFacts(f"a temperature of {info.temperature:g}")
    if not 0 <= info.known_rate <= 1:
        raise UnfitFacts(f"a known rate of {info.known_rate:g}")
    if any(
        len(text) > _LONGEST_NAME
        for text in (info.name, info.licence, info.tenfold_version, info.data_fingerprint)
    ):
        raise UnfitFacts(f"a text of more than {_LONGEST_NAME} characters where a name belongs")
