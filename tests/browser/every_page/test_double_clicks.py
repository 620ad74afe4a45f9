"""Buttons that are pressed twice in a row, by a double click or a held Enter: what they do is done once."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Request, Route, expect

from tenfold.datasets import sources
from tests import tiny
from tests.browser import modelling
from tests.browser.conftest import MODEL, PAGE, need, watch
from tests.browser.every_page.test_every_page import WORDS, fill
from tests.browser.line.stations import filming
from tests.browser.shell.test_app import sign_in
from tests.environment.chromium import PATIENCE
from tests.environment.forking import serving
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# The page has done all that it can do without another answer.
AT_REST = "() => new Promise(done => requestAnimationFrame(() => requestIdleCallback(done)))"
# A request that is answered when there is a newer picture, which may be never.
WAITS = "/picture?after="


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with one of everything, and with pictures to train on."""
    need(PAGE.is_file() and MODEL.is_file(), "needs the built page and the bundled model")
    folder = tmp_path_factory.mktemp("double")
    home = folder / "home"
    with modelling.filling(home) as app, filming() as camera:
        app.registry.register_bundled()
        app.registry.go_live(app.registry.find("cifar10").hash, by=0)
        modelling.models(app, folder)
        modelling.correct(app, learned=2, kept_back=4)
        sources.add(app.home.datasets, str(tiny.folder(tiny.shades(60), folder / "shades")))
        modelling.trainings(home)
        fill(app, camera.address)
        with serving(home) as address:
            yield address


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, server: str) -> Any:
    """The cookies of an administrator."""
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    page.goto(server)
    sign_in(page, "olena", WORDS)
    page.locator("footer dl").wait_for()
    state = context.storage_state()
    context.close()
    return state


class Sent:
    """What a page asks the server to change.

    What is sent twice where a button works twice is sent at once, or when the answer to what was sent or
    asked before is there.
    """

    def __init__(self, page: Page) -> None:
        self._open, self._page, self.all = set[Request](), page, list[str]()
        page.on("request", self._began)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def settled(self) -> list[str]:
        """All so far, once everything is answered and the page has done with the answers."""
        until(self._answered, despite=(Error,))  # the page may be on its way to another document
        return self.all

    def _answered(self) -> bool:
        known = len(self.all)
        self._page.evaluate(AT_REST)
        return not self._open and len(self.all) == known

    def _began(self, request: Request) -> None:
        if "/api/" not in request.url or request.resource_type != "fetch" or WAITS in request.url:
            return  # events come for as long as the page is open
        self._open.add(request)
        if request.method != "GET":
            self.all.append(f"{request.method} {request.url} {request.post_data or ''}")

    def _ended(self, request: Request) -> None:
        self._open.discard(request)


@pytest.fixture
def page(chromium: Browser, server: str, signed_in: Any) -> Iterator[Page]:
    wrong: list[str] = []
    context: BrowserContext = chromium.new_context(
        locale="en-US", storage_state=signed_in, viewport={"width": 1280, "height": 900}
    )
    watch(context, server, wrong)
    made = context.new_page()
    made.set_default_timeout(PATIENCE)
    made.on("filechooser", lambda chooser: None)
    yield made
    context.close()
    assert wrong == []


def twice(button: Locator, way: str) -> None:
    if way == "double click":
        button.dblclick()
        return
    keyboard = button.page.keyboard
    button.focus()
    for _ in range(5):
        keyboard.down("Enter")
    keyboard.up("Enter")


def complete(form: Locator, name: str) -> None:
    """Fill in what is empty; what is chosen in one field may take others away."""
    fields = form.locator("input:visible, textarea:visible, select:visible")
    place = -1
    while (place := place + 1) < fields.count():
        field = fields.nth(place)
        kind = field.evaluate("one => one.type")
        if kind in ("checkbox", "radio", "file", "range", "number") or field.is_disabled():
            continue
        if field.input_value():
            continue
        if kind == "select-one":
            field.select_option(index=field.locator("option").count() - 1)
        else:
            field.fill(WORDS if kind == "password" else name)


def _device(dialog: Locator) -> None:
    dialog.get_by_label("Which camera").select_option("device")


def _snapshots(dialog: Locator) -> None:
    def untested(route: Route) -> None:
        """Its camera may be too slow to be tried, on a loaded machine."""
        asked = route.request.post_data_json if route.request.method == "POST" else None
        if asked is None:
            route.continue_()
        else:
            route.continue_(post_data=json.dumps(asked | {"untested": True}))

    dialog.page.route("**/api/v1/stations", untested)
    # A field to write in until the cameras are there.
    choice = dialog.get_by_label("Camera", exact=True).and_(dialog.locator("select"))
    choice.select_option("camera:yard")
    dialog.get_by_label("Ask this address for one picture").check()


def _class(dialog: Locator) -> None:
    dialog.get_by_role("checkbox").first.check()


# What is made, where, the button that opens the form, the one that makes it, what is chosen before the rest
# is filled in, and the list that it comes into.
MADE: list[tuple[str, str, str, str, Callable[[Locator], None] | None, str]] = [
    ("person", "/settings?part=people", "Add a person", "Add a person", None, "/people"),
    ("token", "/settings?part=tokens", "Create a token", "Create a token", None, "/tokens"),
    ("rule", "/settings?part=notifications", "Add a rule", "Save the rule", None, "/rules"),
    ("camera", "/cameras", "Add a camera", "Add", _device, "/cameras"),
    ("station", "/line", "Add a station", "Add", _snapshots, "/stations"),
    ("recipe", "/line?part=recipes", "New recipe", "New recipe", _class, "/recipes"),
]
RUNNING = ("/cameras", "/stations")


@pytest.mark.long
@pytest.mark.parametrize("way", ["double click", "held Enter"])
@pytest.mark.parametrize(("what", "path", "opens", "makes", "first", "list_"), MADE, ids=[m[0] for m in MADE])
def test_one_thing_is_made(
    page: Page, server: str, way: str, what: str, path: str, opens: str, makes: str,
    first: Callable[[Locator], None] | None, list_: str,
) -> None:  # fmt: skip
    page.goto(server + path)
    before = _count(page, server, list_)
    twice(page.get_by_role("main").get_by_role("button", name=opens, exact=True), way)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_count(1)
    if first:
        first(dialog)
    complete(dialog, f"{what} by a {way}")
    sent = Sent(page)
    twice(dialog.get_by_role("button", name=makes, exact=True), way)
    until(lambda: _count(page, server, list_) > before)
    sent.settled()
    assert _count(page, server, list_) == before + 1
    expect(page.get_by_role("alert")).to_have_count(0)
    if list_ in RUNNING:  # what runs costs the other tests time, and shows its buttons to them
        newest = max(one["id"] for one in page.request.get(f"{server}/api/v1{list_}").json())
        assert page.request.delete(f"{server}/api/v1{list_}/{newest}", headers={"Origin": server}).ok


@pytest.mark.long
@pytest.mark.train
@pytest.mark.parametrize("way", ["double click", "held Enter"])
@pytest.mark.parametrize("kind", ["train", "improve"])
def test_one_training_is_begun(page: Page, server: str, kind: str, way: str) -> None:
    part = "runs" if kind == "train" else "corrections"
    page.goto(f"{server}/models?part={part}")
    before = _count(page, server, f"/jobs?kind={kind}")
    if kind == "train":
        twice(page.get_by_role("main").get_by_role("button", name="Start a training"), way)
        expect(page.get_by_role("dialog")).to_have_count(1)
        start = page.get_by_role("dialog").get_by_role("button", name="Start", exact=True)
    else:
        start = page.get_by_role("main").get_by_role("button", name="Train on corrections", exact=True)
    sent = Sent(page)
    twice(start, way)
    until(lambda: _count(page, server, f"/jobs?kind={kind}") > before)
    # Which network it would take is a question, and may be asked again.
    assert len([one for one in sent.settled() if "/runs/network" not in one]) == 1
    assert _count(page, server, f"/jobs?kind={kind}") == before + 1
    _stop_jobs(page, server)


@pytest.mark.long
@pytest.mark.parametrize(
    "path",
    [
        "/models", "/models?part=corrections", "/models?part=runs", "/models?part=reclassify", "/data",
        "/teach", "/cameras", "/cameras?part=events", "/line", "/line?part=recipes", "/settings?part=server",
        "/settings?part=folders", "/settings?part=notifications", "/settings?part=tokens",
        "/settings?part=people", "/review", "/catalogue",
    ],
)  # fmt: skip
def test_no_button_of_a_page_sends_the_same_twice(page: Page, server: str, path: str) -> None:
    sent = Sent(page)
    _opened(page, server, path)
    names = now = _names(page)
    for name in dict.fromkeys(names):
        if now != names or page.url != server + path:
            _opened(page, server, path)
        button = page.get_by_role("main").get_by_role("button", name=name, exact=True).filter(visible=True)
        if not button.count() or not button.first.is_enabled():
            continue  # what was pressed before took it away
        sent.all.clear()
        button.first.dblclick()
        _once(sent, name)
        dialog = page.get_by_role("dialog")
        main = dialog.locator("button.main:visible, button.bad:visible")
        if dialog.count() == 1 and main.count() and main.first.is_enabled():
            complete(dialog, f"double {names.index(name)}")
            main.first.dblclick()
            _once(sent, f"what opens by {name}")
        said = page.get_by_role("region", name="Messages").locator("p").all_inner_texts()
        assert sorted(set(said)) == sorted(said), name
        # Where nothing came of it that is seen or sent, the page need not be opened anew.
        now = [] if sent.all or dialog.count() else _names(page)
    _stop_jobs(page, server)


_NAMES = """all => all.filter(one => !one.disabled && one.ariaDisabled !== "true")
  .map(one => one.ariaLabel || one.innerText.trim())"""


def _names(page: Page) -> list[str]:
    """Those of the buttons that can be pressed."""
    found: list[str] = (
        page.get_by_role("main").get_by_role("button").filter(visible=True).evaluate_all(_NAMES)
    )
    return found


def _opened(page: Page, server: str, path: str) -> None:
    page.goto(server + path)
    here = page.get_by_role("main").get_by_role("heading", level=1)
    lost = page.get_by_role("heading", name="Sign in", exact=True)
    expect(here.or_(lost).first).to_be_visible()
    if lost.count():  # one of the buttons signed everybody out
        sign_in(page, "olena", WORDS)
        page.goto(server + path)
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)


def _once(sent: Sent, pressed: str) -> None:
    all_ = sent.settled()
    assert sorted(set(all_)) == sorted(all_), pressed


def _count(page: Page, server: str, path: str) -> int:
    answer = page.request.get(f"{server}/api/v1{path}").json()
    if isinstance(answer, dict):
        (answer,) = (one for one in answer.values() if isinstance(one, list))
    return len(answer)


def _stop_jobs(page: Page, server: str) -> None:
    """End what was begun: a training would take the processor from the other tests."""

    def running() -> list[str]:
        # Where a button signed everybody out, nothing is told.
        jobs = page.request.get(f"{server}/api/v1/jobs").json().get("jobs", [])
        return [job["id"] for job in jobs if job["state"] in ("waiting", "running", "cancelling")]

    for job in running():
        page.request.post(f"{server}/api/v1/jobs/{job}/cancel", headers={"Origin": server})
    until(lambda: not running())
