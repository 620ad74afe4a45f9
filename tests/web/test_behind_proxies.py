"""A server behind real proxies with TLS, as docs/how-to/reverse-proxy.md has them, under a prefix and not."""

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tenfold.cameras.address import parse
from tests.environment.proxies import PROXIES, Proxy
from tests.fakes import GREEN, picture
from tests.web.api.v1.test_live import Filmed, Socket
from tests.web.conftest import Running, Serve
from tests.web.signed_in import WORDS

LARGE = 100_000_000
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest) -> Proxy:
    return PROXIES[request.param]


@pytest.fixture(scope="module")
def under(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Running:
    page = tmp_path_factory.mktemp("built")
    (page / "index.html").write_text("<p>The page</p>")
    proxied = {"root_path": "/pictures", "trusted_proxies": "127.0.0.1"}
    running = serve(page=page, **proxied)
    running.service.app.people.add("ann", "administrator", WORDS)
    return running


@pytest.fixture(scope="module")
def outside(under: Running, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with proxy(tmp_path_factory.mktemp("proxy"), under.port, "/pictures") as address:
        yield address


@pytest.fixture(scope="module")
def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.fixture
def ann(outside: str, trusting: ssl.SSLContext) -> Iterator[httpx.Client]:
    """Signed in through the proxy; says that she is somebody else, as a visitor may."""
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    headers = {"Origin": outside, **forged}
    with httpx.Client(base_url=outside, verify=trusting, headers=headers, timeout=60, trust_env=False) as one:
        answer = one.post("/pictures/api/v1/session", json={"name": "ann", "password": WORDS})
        assert answer.status_code == 200, answer.text
        yield one


def test_under_a_prefix_everything_is_found_and_the_cookie_is_bound_to_https(
    under: Running, outside: str, ann: httpx.Client
) -> None:
    assert outside.startswith("https://")
    (cookie,) = ann.cookies.jar
    assert (cookie.name, cookie.secure) == ("__Host-tenfold-pictures", True)
    for path in ("/", "/models", "/api/v1/model", "/docs", "/openapi.json", "/metrics", "/readyz"):
        answer = ann.get(f"/pictures{path}")
        assert answer.status_code == 200, path
        assert "X-Request-ID" in answer.headers
    for path in ("/elsewhere", "/pictures-of-others"):
        assert "X-Request-ID" not in ann.get(path).headers, f"{path} is not tenfold's to answer"
    addresses = {one.address for one in under.service.app.audit.latest(limit=10)} - {""}
    assert addresses == {"127.0.0.1"}, "what a visitor says of itself is not believed"


def test_a_large_upload_is_handed_on_and_a_larger_one_is_refused(ann: httpx.Client) -> None:
    content = picture(GREEN)
    large = content + bytes(LARGE // 5 - len(content))
    files = [("files", (f"{number}.png", large)) for number in range(5)]
    answer = ann.post("/pictures/api/v1/classify", files=files)
    assert answer.status_code == 200, answer.text
    assert [one["prediction"]["label"] for one in answer.json()["results"]] == ["green"] * 5

    def endless() -> Iterator[bytes]:
        for _ in range(LARGE // 1_000_000):
            yield bytes(1_000_000)

    assert ann.post("/pictures/api/v1/classify", content=endless()).status_code == 413


def test_events_come_at_once(ann: httpx.Client) -> None:
    """The answer never ends, so a proxy that collects it would hand on nothing."""
    with ann.stream("GET", "/pictures/api/v1/events") as stream:
        assert any(line.startswith("event: model") for line in stream.iter_lines())


def test_a_camera_is_shown_over_a_websocket(
    under: Running, outside: str, ann: httpx.Client, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = under.service.app.cameras.add("yard", parse("rtsp://127.0.0.1:1/yard"), by=0)
    filmed = Filmed()
    filming = threading.Thread(daemon=True, target=filmed.run)
    monkeypatch.setattr(under.service.app.watched_cameras, "running", lambda number: filmed)
    filming.start()
    cookie = "; ".join(f"{name}={value}" for name, value in ann.cookies.items())
    try:
        path = f"/pictures/api/v1/cameras/{camera.id}/live"
        viewer = Socket(outside, path, {"Cookie": cookie}, trusting)
        assert viewer.status == 101
        for _ in range(3):
            facts, content = viewer.picture()
            assert content.startswith(b"\xff\xd8")
            assert facts["boxes"]
            viewer.say()
        viewer.close()
        stranger = Socket(outside, path, {}, trusting)
        stranger.close()
        assert stranger.status == 401
    finally:
        filmed.stop.set()
        filming.join()
        under.service.app.cameras.remove(camera.id)


@pytest.mark.slow
@pytest.mark.quick
def test_without_accounts_a_proxy_lets_nobody_in(
    serve: Serve, proxy: Proxy, tmp_path: Path, trusting: ssl.SSLContext
) -> None:
    own = serve()
    with (
        proxy(tmp_path, own.port, "") as outside,
        httpx.Client(base_url=outside, verify=trusting, trust_env=False, timeout=60) as stranger,
    ):
        assert own.client.get("/api/v1/model").status_code == 200
        assert stranger.get("/api/v1/model").status_code == 403
        assert stranger.get("/healthz").status_code == 200
