"""Has drift watched for the live model, against the figures that its report has. Knows no HTTP."""

import time

from tenfold.errors import ModelFileError, UnknownModel
from tenfold.inference.server import ModelServer
from tenfold.observability.drift import SECONDS_BETWEEN_LOOKS, WINDOWS, DriftWatch, Reference
from tenfold.workflows.model_reports import ModelReports


class WatchDrift:
    """Follows the live model, and looks once an hour, and when there are first enough pictures."""

    def __init__(self, watch: DriftWatch, server: ModelServer, reports: ModelReports) -> None:
        self._watch, self._server, self._reports = watch, server, reports
        self._followed = ""
        self._looked = time.monotonic()

    def tick(self) -> None:
        """Follow and look, where it is time to."""
        model = self._server.model
        if model.sha256 != self._followed:
            self._followed = model.sha256
            self._watch.follow(model.sha256, model.info.labels, self._reference(model.sha256))
        first = not self._watch.found and self._watch.answers >= min(WINDOWS)
        if first or time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._looked = time.monotonic()
            self._watch.look()

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
