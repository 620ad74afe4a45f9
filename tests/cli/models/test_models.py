"""tenfold models: the list, and which model answers."""

import json
import re
from pathlib import Path

import pytest

from tenfold.runtime import App
from tests import tiny
from tests.cli.conftest import Command
from tests.fakes import RED, picture
from tests.paths import DATA
from tests.runs import run_folders

KEY = "544943903d2f"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_THREADS", "1")


@pytest.mark.slow
def test_a_model_is_added_listed_made_live_and_rolled_back(tenfold: Command) -> None:
    added = tenfold("models", "add", tiny.MODEL)
    assert (added.status, added.out, added.err) == (0, f"Added tiny, {KEY}\n", "")
    assert tenfold("models", "live", KEY[:6]).out == f"tiny, {KEY}, is live\n"
    lines = tenfold("models").out.splitlines()
    assert lines[0].split() == ["name", "hash", "classes", "accuracy", "size", "from", "added"]
    assert re.fullmatch(rf"live  tiny +{KEY}  10 +- +0\.0 MB   file +\d{{4}}-\d\d-\d\d \d\d:\d\d", lines[1])
    assert re.match(r"      photo +[0-9a-f]{12}  10 +95\.17% +13\.4 MB +bundled", lines[2])
    assert re.match(r"      tenfold-cifar10 +6ae126b66bc7  10 +94\.08% +4\.5 MB +bundled", lines[3])
    assert re.match(r"      cifar10-small +[0-9a-f]{12}  10 +9\d\.\d\d% +\d\.\d MB +bundled", lines[4])
    assert re.match(r"      watch +[0-9a-f]{12}  18 +\d\d\.\d\d% +\d\.\d MB +bundled", lines[5])
    assert tenfold("model", "list").out.splitlines() == lines
    assert json.loads(tenfold("model", "list", "--json").out)[0]["name"] == "tiny"
    assert tenfold("models", "remove", "tiny").err == (
        "tenfold: The model tiny is live. Make another one live, and remove it then.\n"
    )
    assert tenfold("models", "rollback").out.startswith("photo, ")
    reasons = [line.split()[-1] for line in tenfold("models", "history").out.splitlines()]
    assert reasons == ["why", "rollback", "chosen", "start"]
    assert tenfold("models", "remove", "tiny").out == f"Removed tiny, {KEY}\n"
    assert "tiny" not in tenfold("models").out
    assert tenfold("models", "live", "tiny").err == (
        "tenfold: The model 'tiny' is not registered. "
        "`tenfold models` and the page Models list those that there are.\n"
    )


@pytest.mark.slow
def test_the_model_of_a_run_is_added_by_the_run_s_name(tenfold: Command, own_home: Path) -> None:
    run_folders.make(own_home / "runs" / "one", model=True)
    run_folders.make(own_home / "runs" / "two")
    assert tenfold("models", "add", "one", "--live").out == f"Added tiny, {KEY}\ntiny, {KEY}, is live\n"
    [live] = [one for one in json.loads(tenfold("models", "--json").out) if one["live"]]
    assert (live["name"], live["origin"], live["run"]) == ("tiny", "run", "one")
    assert tenfold("models", "add", "two").err == (
        "tenfold: The run two has no model file. Train it to its end, or finish it as it is.\n"
    )


@pytest.mark.slow
def test_what_was_done_is_in_the_audit_log(tenfold: Command) -> None:
    tenfold("models", "add", tiny.MODEL, "--live")
    tenfold("models", "rollback")
    with App() as app:
        actions = [one.action for one in app.audit.latest()]
    assert actions == ["model.rollback", "model.live", "model.add"]


def test_what_is_no_model_file_is_not_added(tenfold: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.onnx"
    path.write_bytes(b"hello")
    outcome = tenfold("models", "add", path)
    assert outcome.status == 1
    assert outcome.err.startswith(f"tenfold: The model file {path} was not made by tenfold (it starts with")


@pytest.mark.slow
def test_a_live_model_that_is_gone_is_told(tenfold: Command, own_home: Path) -> None:
    tenfold("models", "add", tiny.MODEL, "--live")
    [kept] = (own_home / "models").glob("*.onnx")
    kept.unlink()
    outcome = tenfold("models")
    assert outcome.err.startswith(f"tenfold: warning: The model file {kept} cannot be read")
    assert outcome.err.endswith("The bundled model answers instead.\n")
    assert re.search(r"^live  tiny", outcome.out, re.M), "it stays live for those who have its file"


@pytest.mark.slow
@pytest.mark.parametrize("command", [["add"], ["watch", "--once"]], ids=" ".join)
def test_whoever_adds_pictures_is_told_that_another_model_answers(
    tenfold: Command, own_home: Path, tmp_path: Path, command: list[str]
) -> None:
    (pictures := tmp_path / "pictures").mkdir()
    (pictures / "red.png").write_bytes(picture(RED))
    tenfold("models", "add", tiny.MODEL, "--live")
    [kept] = (own_home / "models").glob("*.onnx")
    kept.unlink()
    outcome = tenfold("catalogue", *command, pictures)
    assert (outcome.status, outcome.out.splitlines()[-1]) == (0, "1 file: 1 added")
    assert outcome.err.startswith(f"tenfold: warning: The model file {kept} cannot be read")
    assert outcome.err.endswith("The bundled model answers instead.\n")


@pytest.mark.parametrize("command", [["classify", "a.png", "--model"], ["models", "add"]])
@pytest.mark.parametrize("name", ["model-two-equal-classes", "model-2-gigabytes"])
def test_a_hostile_model_file_is_refused_in_one_sentence(
    tenfold: Command, command: list[str], name: str
) -> None:
    outcome = tenfold(*command, DATA / f"{name}.onnx")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith(f"tenfold: The model file {DATA / name}.onnx ")
    assert outcome.err.count("\n") == 1


@pytest.mark.slow
def test_a_model_that_computes_for_ever_is_refused_in_time(
    tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.inference.trial.SECONDS", 4.0)
    outcome = tenfold("classify", "a.png", "--model", DATA / "model-endless-loop.onnx")
    assert outcome.status == 1
    assert "(it took longer than 4 s)" in outcome.err
