from pathlib import Path

import pytest

from tests.web.conftest import Running, Serve


@pytest.fixture(scope="module")
def server(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Running:
    elsewhere = tmp_path_factory.mktemp("database") / "elsewhere.db"
    return serve(port=9000, database_url=f"sqlite:///{elsewhere}")


def by_name(answer: dict[str, object]) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in answer["settings"]}  # type: ignore[attr-defined]


def test_every_setting_is_told_with_where_it_comes_from(server: Running) -> None:
    answer = server.client.get("/api/v1/settings").json()
    rows = by_name(answer)
    assert answer["restart"] is False
    assert rows["port"]["value"] == 9000, "what the server was started with"
    assert rows["language"]["choices"] == ["en", "uk", "ru"]
    assert (rows["batch_size"]["least"], rows["batch_size"]["most"]) == (1, 4096)
    assert rows["home"]["changeable"] is False


def test_a_secret_is_not_told(server: Running) -> None:
    answer = server.client.get("/api/v1/settings")
    assert by_name(answer.json())["database_url"]["value"] == "(set)"
    assert "elsewhere.db" not in answer.text


def test_a_change_holds_from_the_next_start_on(server: Running) -> None:
    changed = server.client.put("/api/v1/settings", json={"values": {"batch_size": 8, "language": "uk"}})
    assert changed.status_code == 200
    rows = by_name(changed.json())
    assert changed.json()["restart"] is True
    assert (rows["batch_size"]["value"], rows["batch_size"]["next"]) == (16, 8)
    assert rows["batch_size"]["origin"] == "file"
    assert Path(changed.json()["file"]).read_text() == 'batch_size = 8\nlanguage = "uk"\n'
    back = server.client.put("/api/v1/settings", json={"values": {"batch_size": None, "language": None}})
    assert back.json()["restart"] is False


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"batch_size": 0}, "batch_size is too small (0). Give a whole number from 1 to 4096"),
        ({"colour": "red"}, "colour is not a setting. The settings are home"),
        ({"home": "/tmp"}, "home cannot be set in the file, which lies in it."),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(
    server: Running, values: dict[str, object], words: str
) -> None:
    answer = server.client.put("/api/v1/settings", json={"values": values})
    assert answer.status_code == 422
    assert answer.json()["code"] == "setting-error"
    assert answer.json()["detail"].startswith(words)


def test_a_variable_goes_before_the_file(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_THREADS", "2")
    rows = by_name(server.client.get("/api/v1/settings").json())
    assert (rows["threads"]["origin"], rows["threads"]["changeable"]) == ("TENFOLD_THREADS", False)
    answer = server.client.put("/api/v1/settings", json={"values": {"threads": 3}})
    assert answer.json()["detail"].startswith(
        "threads is set by TENFOLD_THREADS, which goes before the file."
    )


def test_a_change_is_in_the_audit_log(server: Running) -> None:
    server.client.put("/api/v1/settings", json={"values": {"threads": 1}})
    record = server.client.get("/api/v1/audit").json()[0]
    assert (record["action"], record["subject"]) == ("settings", "threads")


def test_the_installation_says_what_it_can_do(server: Running) -> None:
    answer = server.client.get("/api/v1/system").json()
    assert answer["database"] == "sqlite"
    assert answer["install"] == "pip install 'tenfold[train]'"
