"""Watches the live model's answers for drift from the figures in its report. Knows no HTTP."""

import secrets
import time
from collections.abc import Sequence

from tenfold.database import Database, now
from tenfold.errors import ModelFileError, UnknownModel, counted
from tenfold.inference import Classifier
from tenfold.inference.server import ModelServer
from tenfold.observability.drift import SECONDS_BETWEEN_CHECKS, WINDOWS, Drift, DriftWatch, Reference
from tenfold.outbox import Message, MessageType, Outbox
from tenfold.workflows.model_reports import ModelReports

_BEGAN, _ENDED = "began", "ended"


class DriftMessages:
    """Tells all destinations when a model's drift begins, and when it has ended.

    What was sent last is read from the message itself: a server that starts again, or another one of the same
    database, does not tell it again.
    """

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database, self._outbox = database, outbox

    def note(self, model: Classifier, found: Sequence[Drift]) -> None:
        """Tell what has changed, by all that one look found."""
        if any(one.found for one in found):
            state = _BEGAN
        elif found and all(one.index is not None for one in found):
            state = _ENDED
        else:
            return
        key = f"drift-{model.sha256[:12]}-"
        last = self._outbox.last(key)
        if state == (last.data["state"] if last else _ENDED):
            return
        message = _message(key + secrets.token_hex(8), state, model, [one for one in found if one.found])
        with self._database.writing() as session:
            self._outbox.put(session, message, [one.id for one in self._outbox.destinations()])


def _message(key: str, state: str, model: Classifier, found: Sequence[Drift]) -> Message:
    name = model.info.name
    lines = [
        f"{one.kind.capitalize()} of the last {counted(one.window, 'picture')}: index {one.index:.3f}, "
        f"and chance gives {one.limit:.3f} at most."
        for one in found
    ]
    data = {
        "type": MessageType.DRIFT,
        "state": state,
        "model": model.sha256,
        "model_name": name,
        "found": [
            {"kind": one.kind, "window": one.window, "index": one.index, "limit": one.limit} for one in found
        ],
    }
    title = f"Drift · {name}" if state == _BEGAN else f"No more drift · {name}"
    text = " ".join(lines) or "The pictures are as in the model's evaluation again."
    return Message(key, now(), "drift", name, title, text, data)


class WatchDrift:
    """Follows the live model, and looks once an hour, and when there are first enough pictures."""

    def __init__(
        self, watch: DriftWatch, server: ModelServer, reports: ModelReports, messages: DriftMessages
    ) -> None:
        self._watch, self._server, self._reports, self._messages = watch, server, reports, messages
        self._followed = ""
        self._looked = time.monotonic()

    def tick(self) -> None:
        """Follow and look, where it is time to."""
        model = self._server.model
        if model.sha256 != self._followed:
            self._followed = model.sha256
            self._watch.follow(model.sha256, model.info.labels, self._reference(model.sha256))
        first = not self._watch.found and self._watch.answers >= min(WINDOWS)
        if first or time.monotonic() - self._looked >= SECONDS_BETWEEN_CHECKS:
            self._looked = time.monotonic()
            self._messages.note(model, self._watch.measure())

    def _reference(self, key: str) -> Reference | None:
        try:
            report = self._reports.read(key)
        except (UnknownModel, ModelFileError):
            return None
        facts = report.facts if report else {}
        refused = (facts.get("none_of_these") or {}).get("known_refused") or {}
        if "confusion" not in facts or "value" not in refused:
            return None
        given = tuple(sum(column) for column in zip(*facts["confusion"], strict=True))
        return Reference(given, round(refused["value"] * sum(given)))
