"""No secret gets into a log, an error or the audit log."""

import logging
from pathlib import Path

import pytest

from tenfold import settings
from tenfold.errors import DatabaseError
from tenfold.runtime import App
from tests.web.conftest import Serve
from tests.web.signed_in import OWN, WORDS, staff

PASSWORD = "a-password-of-the-database"


@pytest.mark.slow
def test_nothing_that_opens_a_door_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("tenfold.web").debug("what is logged is seen here")
    with staff(serve) as staffed:
        secrets = [WORDS, "wrong words", "nine blue kettles"]
        staffed.stranger.post("/api/v1/session", json={"name": "ann", "password": "wrong words"})
        staffed.stranger.post("/api/v1/session", json={"name": "wrong words", "password": ["wrong words"]})
        with staffed.sign_in("vic") as browser:
            secrets.append(browser.cookies["tenfold"])
            change = {"old": WORDS, "new": "nine blue kettles"}
            browser.post("/api/v1/session/password", json=change)
            secrets.append(browser.cookies["tenfold"])
        made = staffed.ann.post("/api/v1/tokens", json={"name": "cron", "role": "viewer"} | OWN).json()
        secrets += [made["secret"], "tenfold_wrong"]
        for token in (made["secret"], "tenfold_wrong"):
            with staffed.program(token) as program:
                program.get("/api/v1/model")
        kept = staffed.ann.get("/api/v1/audit?limit=1000").text + str(staffed.running.service.app.settings)
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in ours)
    assert "what is logged is seen here" in logged
    for secret in secrets:
        assert secret not in logged
        assert secret not in kept


def test_the_database_s_password_is_in_no_error_and_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    chosen = settings.load().model_copy(
        update={"home": tmp_path, "database_url": f"postgresql://me:{PASSWORD}@127.0.0.1:1/tenfold"}
    )
    with pytest.raises(DatabaseError) as failed:
        _ = App(chosen).database
    assert "postgresql+psycopg://me:***@127.0.0.1:1/tenfold" in str(failed.value)
    one = next(one for one in settings.describe() if one.secret)
    assert settings.shown(chosen, one) == "postgresql://me:***@127.0.0.1:1/tenfold"
    for text in (str(failed.value), repr(failed.value), repr(chosen), str(chosen), caplog.text):
        assert PASSWORD not in text
    with pytest.raises(DatabaseError) as wrong:
        _ = App(chosen.model_copy(update={"database_url": f"nonsense {PASSWORD}"})).database
    assert PASSWORD not in str(wrong.value)
