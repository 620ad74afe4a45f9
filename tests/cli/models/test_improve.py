"""tenfold improve: what it refuses, and making an evaluated model live."""

import pytest

from tenfold import cli
from tenfold.models.improvements import EVALUATED
from tenfold.runtime import App
from tests import tiny


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit status of a command, and all that it said."""
    status = cli.run(words)
    out = capsys.readouterr()
    return status, out.out + out.err


def test_options_that_do_not_go_together_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "improve", "--insist") == (2, "tenfold: --insist goes with --live. Give both.\n")
    assert said(capsys, "improve", "--live", "--epochs", "3")[0] == 2


def test_without_corrections_it_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    status, words = said(capsys, "improve")
    assert status == 1
    assert "An improvement cannot start (0 corrected pictures" in words or "needs the train extra" in words
    status, words = said(capsys, "improve", "--live")
    assert (status, words) == (
        1, "tenfold: No model was trained on corrections. Run `tenfold improve` first.\n"
    )  # fmt: skip


@pytest.mark.slow
def test_a_model_that_did_not_win_goes_live_by_insisting(capsys: pytest.CaptureFixture[str]) -> None:
    with App() as app:
        base = app.model_server.model.sha256
        model = app.registry.register(tiny.MODEL).hash
        with app.database.writing() as session:
            one = app.improvements.begin(session, "0", base, 0, {"with_own_data": False, "epochs": 2})
        app.improvements.set(one.id, state=EVALUATED, verdict="worse", comparison={}, model_hash=model)
    status, words = said(capsys, "improve", "--live")
    assert status == 1
    assert "did not win (worse). Insist to use it anyway." in words
    status, words = said(capsys, "improve", "--live", "--insist")
    assert status == 0
    assert words.startswith(f"Live now: {model[:12]} of improvement {one.id}.")
    said(capsys, "models", "rollback")
    _, words = said(capsys, "audit")
    lines = words.splitlines()[1:]
    assert [line.split()[3] for line in lines] == ["model.live", "model.rollback"]
    assert "reason insisted" in lines[0]
