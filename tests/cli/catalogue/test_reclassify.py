"""tenfold catalogue reclassify: shown, taken over, undone."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tenfold import cli
from tenfold.catalogue.entries.tables import Entry, Proposal
from tenfold.runtime import App
from tests import tiny
from tests.fakes import BLUE, RED, picture


def named() -> dict[str, str | None]:
    with App() as app, app.database.reading() as session:
        return {one.name: one.label for one in session.scalars(select(Entry))}


@pytest.mark.slow
def test_another_models_answers_are_shown_and_taken_over_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, colour in (("red.png", RED), ("blue.png", BLUE)):
        (tmp_path / name).write_bytes(picture(colour))
    assert cli.run(["catalogue", "add", str(tmp_path)]) == 0
    with App() as app:
        model = app.registry.register(tiny.MODEL).hash
        # What the two say of plain colours is luck: so that there is a change, one has a class of neither.
        with app.database.writing() as session:
            entry = session.scalars(select(Entry).where(Entry.name == "red.png")).one()
            entry.label = entry.model_label = "nothing of the ten"
            entry.known = True
    before = named()
    capsys.readouterr()

    assert cli.run(["catalogue", "reclassify", model[:12], "--preview"]) == 0
    out = capsys.readouterr().out
    assert "of 2 pictures would be filed under another class." in out
    assert "red.png: nothing of the ten -> " in out
    assert "Nothing was changed; --apply takes the answers over." in out
    assert named() == before
    with App() as app, app.database.reading() as session:
        assert session.scalars(select(Proposal)).all() == []

    assert cli.run(["catalogue", "reclassify", "tiny", "--apply"]) == 0
    assert "Taken over for 2 pictures, as action 1." in capsys.readouterr().out
    assert named()["red.png"] != before["red.png"]
    assert cli.run(["catalogue", "undo", "1"]) == 0
    assert named() == before


def test_a_model_that_is_not_registered_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["catalogue", "reclassify", "nobody"]) == 1
    assert "The model 'nobody' is not registered." in capsys.readouterr().err
