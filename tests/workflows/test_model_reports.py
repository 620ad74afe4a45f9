"""What is known of how a model did: its run's report, the bundled model's, else what its file says."""

import hashlib
import json
from pathlib import Path

import pytest

from tenfold import modelfile
from tenfold.models.registry import RUN, Registry
from tenfold.paths import Home
from tenfold.workflows.model_reports import ModelReports
from tests import tiny
from tests.fakes import LocalRegistry
from tests.runs import run_folders
from tests.shortcuts.tables import new_database


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    database = new_database(tmp_path / "tenfold.db")
    return LocalRegistry(database, tmp_path)


@pytest.fixture
def reports(registry: Registry, tmp_path: Path) -> ModelReports:
    return ModelReports(registry, Home(tmp_path))


def test_the_bundled_model_brings_the_report_that_was_made_of_its_very_file(
    registry: Registry, reports: ModelReports
) -> None:
    model = registry.register_bundled()
    report = reports.read(model.hash)
    assert report is not None
    facts = report.facts
    assert (report.source, report.has_page) == ("report", True)
    assert facts["model"]["sha256"] == hashlib.sha256(modelfile.bundled().read_bytes()).hexdigest()
    assert [sum(row) for row in facts["confusion"]] == [1000] * 10
    right = sum(facts["confusion"][k][k] for k in range(10))
    _, info = modelfile.read(modelfile.bundled())
    assert right / 10_000 == facts["accuracy"] == info.scores["test"]["accuracy"] == model.accuracy
    assert list(facts["classes"]) == list(info.labels)
    page = reports.page(model.hash)
    assert page is not None
    assert page.startswith(b"<!doctype html>")
    assert model.hash[:12].encode() in page


def test_a_run_s_model_has_the_report_of_its_run(
    registry: Registry, reports: ModelReports, tmp_path: Path
) -> None:
    folder = run_folders.make(tmp_path / "runs" / "one", model=True)
    model = registry.register(folder / "model.onnx", origin=RUN, run="one")
    assert reports.page(model.hash) is None
    (folder / "report.html").write_text("<!doctype html>the report")
    (folder / "report.json").write_text(json.dumps({"model": {"sha256": "0" * 64}, "accuracy": 0.1}))
    assert reports.read(model.hash) is None, "a report on another file is none on this"
    (folder / "report.json").write_text(json.dumps({"model": {"sha256": model.hash}, "accuracy": 0.75}))
    report = reports.read(model.hash)
    assert report is not None
    assert (report.source, report.facts["accuracy"], report.has_page) == ("report", 0.75, True)
    assert reports.page(model.hash) == b"<!doctype html>the report"


def test_another_model_has_what_its_file_says(
    registry: Registry, reports: ModelReports, tmp_path: Path
) -> None:
    scores = {"test": {"accuracy": 0.75, "pictures": 40}}
    model = registry.register(tiny.variant(tmp_path / "measured.onnx", scores=scores))
    report = reports.read(model.hash)
    assert report is not None
    assert (report.source, report.facts, report.has_page) == ("file", scores["test"], False)
    silent = registry.register(tiny.variant(tmp_path / "silent.onnx", scores={}))
    assert reports.read(silent.hash) is None
