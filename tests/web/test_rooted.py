"""Under a path prefix: with it, and where a proxy has taken it off."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from tenfold import settings
from tenfold.errors import SettingError
from tenfold.web.rooted import Rooted
from tests.web.conftest import Running, Serve
from tests.web.signed_in import WORDS


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    (folder / "assets").mkdir()
    (folder / "assets" / "page.js").write_text("1")
    (folder / "index.html").write_text(
        '<meta name="root" content="./" /><script src="./assets/page.js"></script>'
    )
    return folder


@pytest.fixture(scope="module")
def under(serve: Serve, built: Path) -> Running:
    return serve(page=built, root_path="/pictures")


@pytest.mark.parametrize("prefix", ["", "/pictures"])
def test_every_kind_of_address_answers(under: Running, prefix: str) -> None:
    for path in (
        "/",
        "/models",
        "/assets/page.js",
        "/api/v1/model",
        "/docs",
        "/openapi.json",
        "/readyz",
        "/v2",
    ):
        assert under.client.get(prefix + path).status_code == 200, path


def test_the_prefix_alone_is_the_page(under: Running) -> None:
    assert under.client.get("/pictures").status_code == 200
    assert under.client.get("/pictures-of-others").status_code == 404


@pytest.mark.parametrize("path", ["/pictures/", "/pictures/models", "/pictures/a/b"])
def test_the_page_names_its_parts_with_the_prefix(under: Running, path: str) -> None:
    page = under.client.get(path, headers={"Accept": "text/html"}).text
    assert '<script src="/pictures/assets/page.js">' in page
    assert '<meta name="root" content="/pictures/" />' in page


def test_without_a_prefix_addresses_begin_at_the_root(serve: Serve, built: Path) -> None:
    page = serve(page=built).client.get("/a/b", headers={"Accept": "text/html"}).text
    assert '<script src="/assets/page.js">' in page
    assert '<meta name="root" content="/" />' in page


def test_a_redirect_stays_under_the_prefix(under: Running) -> None:
    answer = under.client.get("/pictures/models/?a=b")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/pictures/models?a=b"


def test_the_document_of_the_api_says_where_it_is(under: Running) -> None:
    assert under.client.get("/pictures/openapi.json").json()["servers"] == [{"url": "/pictures"}]
    assert 'src="/pictures/docs/start.js"' in under.client.get("/pictures/docs").text


def test_two_servers_under_one_name_have_cookies_of_their_own(serve: Serve) -> None:
    names = set()
    for root in ("", "/one", "/two/three"):
        running = serve(root_path=root)
        running.service.app.people.add("ann", "administrator", WORDS)
        answer = httpx.post(
            f"{running.address}{root}/api/v1/session",
            json={"name": "ann", "password": WORDS},
            headers={"Origin": running.address},
            timeout=60,
        )
        assert answer.status_code == 200
        (name,) = answer.cookies
        names.add(name)
        cookies = {name: answer.cookies[name]}
        assert httpx.get(f"{running.address}/api/v1/model", cookies=cookies, timeout=60).status_code == 200
    assert names == {"tenfold", "tenfold-one", "tenfold-two-three"}


@pytest.mark.parametrize(
    ("given", "kept"), [("", ""), ("/", ""), ("pictures/", "/pictures"), ("/a/b-c_d.e", "/a/b-c_d.e")]
)
def test_the_setting_is_tidied(given: str, kept: str) -> None:
    assert settings.load({"TENFOLD_ROOT_PATH": given}).root_path == kept


@pytest.mark.parametrize("given", ["/a//b", "/..", "/a/../b", '/"><script>', "/кіт", "/a?b", "https://a/b"])
def test_what_can_be_no_prefix_is_refused(given: str) -> None:
    with pytest.raises(SettingError, match="is no prefix of addresses"):
        settings.load({"TENFOLD_ROOT_PATH": given})


def test_a_websocket_is_under_the_prefix_too() -> None:
    seen = list[str]()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["path"])

    async def nothing(*_: object) -> Any:
        raise AssertionError

    for path in ("/pictures/api/v1/cameras/1/live", "/api/v1/cameras/1/live"):
        scope = {"type": "websocket", "path": path, "raw_path": path.encode()}
        asyncio.run(Rooted(app, "/pictures")(scope, nothing, nothing))
    assert seen == ["/api/v1/cameras/1/live"] * 2
