"""Watched folders over HTTP."""

from pathlib import Path

from tests.web.conftest import Running


def test_a_folder_is_watched_listed_and_watched_no_longer(running: Running, tmp_path: Path) -> None:
    answer = running.client.post(
        "/api/v1/catalogue/folders", json={"path": str(tmp_path), "watch": True, "shared": True}
    )
    assert answer.status_code == 202
    (watch,) = running.client.get("/api/v1/catalogue/watches").json()
    assert (watch["path"], watch["shared"]) == (str(tmp_path), True)
    assert running.client.delete(f"/api/v1/catalogue/watches/{watch['id']}").json()["id"] == watch["id"]
    assert running.client.get("/api/v1/catalogue/watches").json() == []
    again = running.client.delete(f"/api/v1/catalogue/watches/{watch['id']}")
    assert again.status_code == 404
    assert again.json()["detail"].startswith(f"Watch {watch['id']} does not exist.")


def test_a_number_that_no_table_holds_is_refused(running: Running) -> None:
    assert running.client.delete(f"/api/v1/catalogue/watches/{2**70}").status_code == 422
