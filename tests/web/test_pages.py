"""The page and its files."""

import gzip
import socket
from pathlib import Path

import pytest

from tests.web.conftest import Running, Serve


@pytest.fixture(scope="module")
def built(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Running:
    folder = tmp_path_factory.mktemp("built")
    (folder / "assets").mkdir()
    (folder / "phone").mkdir()
    (folder / "phone" / "runtime-c3d4.wasm.gz").write_bytes(gzip.compress(b"wasm"))
    (folder / "phone.html").write_text("<!doctype html><title>the phone app</title>")
    (folder / "index.html").write_text("<!doctype html><title>the page</title>")
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "assets" / "index-a1b2.js").write_text("export {}")
    (folder.parent / "secret.txt").write_text("secret")
    return serve(page=folder)


def test_the_page_is_asked_for_again_each_time(built: Running) -> None:
    answer = built.client.get("/")
    assert (answer.status_code, answer.text) == (200, "<!doctype html><title>the page</title>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert built.client.head("/").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/teach", "/catalogue", "/review", "/cameras", "/line", "/line/3", "/models", "/data", "/settings"],
)
def test_every_page_of_the_app_is_the_one_document(built: Running, path: str) -> None:
    answer = built.client.get(path)
    assert (answer.status_code, answer.text) == (200, "<!doctype html><title>the page</title>")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_the_phone_app_is_isolated_and_may_run_webassembly_and_nothing_else_may(built: Running) -> None:
    answer = built.client.get("/phone")
    assert (answer.status_code, answer.text) == (200, "<!doctype html><title>the phone app</title>")
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
    assert "script-src 'self' 'wasm-unsafe-eval';" in answer.headers["content-security-policy"]
    for other in ("/", "/phones", "/assets/index-a1b2.js"):
        headers = built.client.get(other).headers
        assert "cross-origin-embedder-policy" not in headers
        assert "wasm" not in headers["content-security-policy"]


def test_the_runtime_of_the_phone_app_is_sent_as_it_lies_there_compressed(built: Running) -> None:
    answer = built.client.get("/phone/runtime-c3d4.wasm")
    assert (answer.status_code, answer.content) == (200, b"wasm")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/wasm"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
    assert built.client.get("/phone/runtime-old.wasm").status_code == 404


def test_a_person_who_goes_astray_gets_the_page_and_a_program_its_problem(built: Running) -> None:
    person = built.client.get("/catalog", headers={"Accept": "text/html,*/*"})
    assert (person.status_code, person.text) == (404, "<!doctype html><title>the page</title>")
    program = built.client.get("/catalog")
    assert program.status_code == 404
    assert program.json()["detail"].startswith("/catalog does not exist on this server")
    api = built.client.get("/api/v1/nothing", headers={"Accept": "text/html"})
    assert (api.status_code, api.json()["code"]) == (404, "not-here")


def test_assets_are_kept_for_ever(built: Running) -> None:
    answer = built.client.get("/assets/index-a1b2.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = built.client.get("/assets/index-a1b2.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_missing_asset_is_not_kept(built: Running) -> None:
    answer = built.client.get("/assets/index-old.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


def test_files_beside_the_page_are_served(built: Running) -> None:
    answer = built.client.get("/favicon.svg")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert answer.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path", ["/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/secret.txt"]
)
def test_nothing_outside_the_build_is_served(built: Running, path: str) -> None:
    with socket.create_connection(("127.0.0.1", built.port)) as connection:  # httpx would tidy the path up
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 404")


@pytest.mark.slow
def test_where_the_page_was_not_built_it_says_how(serve: Serve, tmp_path: Path) -> None:
    answer = serve(page=tmp_path / "none").client.get("/")
    assert answer.status_code == 503
    assert "<pre>make frontend</pre>" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
