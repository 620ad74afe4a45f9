"""The page Cameras in a real browser, before a camera that films: added, watched, its events seen."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Locator, Page, Route, WebSocket, expect

from tenfold.cameras.cameras import KEEP_DAYS
from tests.browser.cameras.mjpeg_camera import PASSWORD, SIZE, USER, filming
from tests.browser.every_page.test_access import violations
from tests.browser.seeing import LookAt
from tests.cameras.made_clips import write_clip
from tests.cameras.ts_camera import sending
from tests.waiting import until

pytestmark = pytest.mark.browser
pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")


@pytest.fixture(scope="module")
def camera() -> Iterator[str]:
    with filming() as address:
        yield address


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of something that moves, as H.264."""
    path = tmp_path_factory.mktemp("clip") / "clip.ts"
    return write_clip(path, count=250, width=640, height=480, speed=2)


def add(page: Page, source: str, name: str = "Gate") -> None:
    page.get_by_role("button", name="Add a camera").click()
    dialog = page.get_by_role("dialog", name="Add a camera")
    dialog.get_by_label("Address").fill(source)
    dialog.get_by_label("User").fill(USER)
    dialog.get_by_label("Password").fill("not this one")
    dialog.get_by_role("button", name="Try").click()
    expect(dialog.get_by_role("alert")).to_contain_text("password")
    expect(dialog.get_by_role("button", name="Try")).to_be_in_viewport(ratio=0.9)
    dialog.get_by_label("Password").fill(PASSWORD)
    expect(dialog.get_by_role("alert")).to_have_count(0)
    dialog.get_by_role("button", name="Try").click()
    expect(dialog).to_contain_text(f"The camera answers: {SIZE[0]} × {SIZE[1]} pixels")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_have_count(0)


def test_a_camera_is_tried_added_seen_paused_and_removed(look_at: LookAt, camera: str) -> None:
    page = look_at("/cameras")
    expect(page.get_by_text("No camera is watched yet")).to_be_visible()
    assert violations(page) == []
    add(page, camera)
    card = page.get_by_role("article", name="Gate")
    still = card.get_by_role("img", name="What ⁨Gate⁩ sees now")
    expect(card).to_contain_text("Live")
    expect(still).to_have_js_property("naturalWidth", SIZE[0])
    first = still.get_attribute("src")
    expect(still).not_to_have_attribute("src", first or "")
    assert violations(page) == []

    card.get_by_role("button", name="Zones and masks").click()
    page.get_by_role("button", name="Add a zone").click()
    corner = page.get_by_role("button", name="Corner 1", exact=True)
    box = corner.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 30, steps=4)
    page.mouse.up()
    corner.press("ArrowRight")
    assert violations(page) == []
    page.get_by_label("Zone", exact=True).fill("path")
    size = page.get_by_label("The smallest thing that counts")
    size.press("ArrowRight")
    expect(size).to_have_attribute("aria-valuetext", "0.08%")
    expect(page.get_by_role("button", name="Corner 4", exact=True)).to_have_count(0)
    page.locator("dialog polygon").last.click()
    handle = page.get_by_role("button", name="Corner 4", exact=True).bounding_box()
    assert handle is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y + 10, steps=4)
    page.mouse.up()
    assert violations(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    [known] = page.request.get(page.url.split("?")[0].replace("/cameras", "/api/v1/cameras")).json()
    assert [zone["name"] for zone in known["zones"]] == ["path"]
    assert 0.002 < known["smallest"] < 0.05
    assert 0.05 < known["zones"][0]["corners"][0][0] < 0.29
    assert "password" not in str(known).lower()

    card.get_by_role("button", name="Pause").click()
    expect(card).to_contain_text("Paused")
    card.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No camera is watched yet")).to_be_visible()


def test_the_smallest_thing_that_counts_is_drawn_by_a_finger(look_at: LookAt, camera: str) -> None:
    page = look_at("/cameras", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    add(page, camera)
    page.get_by_role("article", name="Gate").get_by_role("button", name="Zones and masks").click()
    square = page.locator("dialog polygon").first
    corner = page.get_by_role("button", name="Corner 3", exact=True)
    expect(corner).to_have_count(0)
    finger = page.context.new_cdp_session(page)

    def touch(*places: tuple[float, float]) -> None:
        """A finger goes down at the first of them and is lifted at the last."""
        for kind, (x, y) in zip(["touchStart"] + ["touchMove"] * (len(places) - 1), places, strict=True):
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def middle(of: Locator) -> tuple[float, float]:
        box = of.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    # It is smaller than a fingertip: 2.5 % of the picture's width.
    x, y = middle(square)
    touch((x + 14, y - 14))
    expect(corner).to_be_visible()
    corners = [page.get_by_role("button", name=f"Corner {n}", exact=True) for n in (1, 2, 3, 4)]
    boxes = [one.bounding_box() for one in corners]
    assert all(a and b and _apart(a, b) for n, a in enumerate(boxes) for b in boxes[:n])
    x, y = middle(corner)
    touch((x + 5, y + 5), (x + 20, y + 12), (x + 45, y + 25))
    size = page.get_by_label("The smallest thing that counts")
    until(lambda: float(size.input_value()) > 0.08)
    seen = float(size.input_value())
    x, y = middle(square)
    touch((x, y), (x - 30, y - 10), (x - 60, y - 30))
    until(lambda: middle(square)[0] < x - 50)
    assert float(size.input_value()) == seen
    assert violations(page) == []
    page.get_by_role("button", name="Save").tap()
    expect(page.get_by_role("dialog")).to_have_count(0)
    [known] = page.request.get(page.url.split("?")[0].replace("/cameras", "/api/v1/cameras")).json()
    assert known["smallest"] == pytest.approx(seen**2, rel=0.1)


def _apart(one: FloatRect, other: FloatRect) -> bool:
    """Whether two boxes have no place in common."""
    (left, first), (right, _) = sorted([(one["x"], one["width"]), (other["x"], other["width"])])
    (top, high), (bottom, _) = sorted([(one["y"], one["height"]), (other["y"], other["height"])])
    return left + first <= right + 0.5 or top + high <= bottom + 0.5


def test_a_camera_gets_a_model_of_its_own_and_says_which(look_at: LookAt, camera: str) -> None:
    page = look_at("/cameras")
    page.get_by_role("button", name="Add a camera").click()
    choice = page.get_by_role("dialog").get_by_label("Model")
    expect(choice).to_have_value("")
    expect(choice.get_by_role("option").first).to_contain_text("The default: ⁨")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    add(page, camera)
    card = page.get_by_role("article", name="Gate")
    expect(card).not_to_contain_text("says what moves")
    card.get_by_role("button", name="Change ⁨Gate⁩").click()
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_label("Model").get_by_role("option").nth(1).inner_text()
    dialog.get_by_label("Model").select_option(name)
    dialog.get_by_label("It films a belt").check()
    dialog.get_by_label("Seconds of a clip after").fill("2.5")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    [known] = page.request.get(page.url.split("?")[0].replace("/cameras", "/api/v1/cameras")).json()
    assert (known["fixed"], known["before"], known["after"]) == (True, 5.0, 2.5)
    expect(card).to_contain_text(f"The model ⁨{name}⁩ says what moves.")
    card.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()


@pytest.mark.long
def test_how_long_a_cameras_clips_are_kept_is_set_and_said(look_at: LookAt, camera: str) -> None:
    page = look_at("/cameras", viewport={"width": 360, "height": 780})
    add(page, camera)
    kept = page.request.get(page.url.split("?")[0].replace("/cameras", "/api/v1/cameras"))
    assert (kept.json()[0]["keep_days"], kept.json()[0]["keep_bytes"]) == (KEEP_DAYS, 0)
    card = page.get_by_role("article", name="Gate")
    card.get_by_role("button", name="Change ⁨Gate⁩").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("At most (GB)").fill("20")
    dialog.get_by_text("Other limits for some classes").press("Enter")
    dialog.get_by_role("button", name="Add a class").press("Enter")
    dialog.get_by_label("Class").select_option("person")
    row = dialog.get_by_role("group", name="person")
    row.get_by_label("Days").fill("1")
    row.get_by_label("GB").fill("2.5")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert dialog.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    card.get_by_role("button", name="Show ⁨Gate⁩ live").click()
    said = "Events and clips are kept for 3 days, clips up to 20 GB; ⁨person⁩: for 1 day, clips up to 2.5 GB."
    expect(dialog).to_contain_text(said)
    dialog.get_by_role("button", name="Close").first.click()
    card.get_by_role("button", name="Change ⁨Gate⁩").click()
    expect(row.get_by_label("GB")).to_have_value("2.5")
    dialog.get_by_role("button", name="Remove ⁨person⁩").click()
    dialog.get_by_role("button", name="Save").click()
    card.get_by_role("button", name="Show ⁨Gate⁩ live").click()
    expect(dialog).to_contain_text("kept for 3 days, clips up to 20 GB.")
    dialog.get_by_role("button", name="Close").first.click()
    card.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()


def test_a_glance_the_cameras_that_is_refused_keeps_what_is_being_typed(glance: LookAt) -> None:
    page = glance("/cameras")
    page.get_by_role("button", name="Add a camera").click()
    address = page.get_by_role("dialog").get_by_label("Address")
    address.fill("rtsp://10.0.0.9/half-of-an-addr")
    page.route("**/api/v1/cameras", lambda route: route.fulfill(status=500, body=""))
    expect(page.locator("main").get_by_role("alert")).to_be_attached()
    expect(address).to_have_value("rtsp://10.0.0.9/half-of-an-addr")
    page.unroute("**/api/v1/cameras")
    expect(page.locator("main").get_by_role("alert")).to_have_count(0)
    expect(address).to_have_value("rtsp://10.0.0.9/half-of-an-addr")


def test_what_moves_becomes_an_event_that_is_acknowledged_and_corrected(look_at: LookAt, camera: str) -> None:
    page = look_at("/cameras")
    add(page, camera)
    page.get_by_role("link", name="Events").first.click()
    event = page.get_by_role("list", name="Events", exact=True).get_by_role("button").last
    event.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="The best picture of it")).to_have_js_property("complete", True)
    expect(dialog).to_contain_text("Gate")
    dialog.get_by_role("button", name="Acknowledge").click()
    expect(dialog).to_contain_text("Acknowledged:")
    correction = dialog.get_by_label("What is it?")
    expect(correction).to_be_enabled()  # once the event is over
    correction.select_option("truck")
    expect(dialog).to_contain_text("the model said")
    expect(dialog.get_by_label("The clip of the event")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Close").first.click()
    expect(event).to_contain_text("truck")
    expect(event).not_to_contain_text("(new)")

    kinds = page.get_by_label("Class", exact=True)
    expect(kinds).to_contain_text("person")  # of the model of cameras
    kinds.select_option("truck")
    expect(page.get_by_role("list", name="Events", exact=True).get_by_role("button")).to_have_count(1)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("link", name="CSV").click()
    table = downloading.value.path().read_text(encoding="utf-8-sig")
    assert "truck" in table
    assert len(table.splitlines()) == 2


@pytest.mark.long
def test_a_camera_is_seen_live_with_what_moves(look_at: LookAt, camera: str) -> None:
    page = look_at("/cameras")
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    add(page, camera)
    shown = seen_live(page)
    assert [address.rpartition("/")[2] for address in sockets] == ["live?video=true"]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    first = shown.get_attribute("src")
    expect(shown).not_to_have_attribute("src", first or "")
    assert [url for url in asked if url.endswith("wait=5")] == []
    page.close()

    page = look_at("/cameras")  # as where a proxy passes no WebSocket on
    page.route_web_socket("**/live?*", lambda socket: socket.close())
    seen_live(page)
    [known] = page.request.get(page.url.replace("/cameras", "/api/v1/cameras")).json()
    assert page.request.delete(page.url.replace("/cameras", f"/api/v1/cameras/{known['id']}")).status == 200
    dialog = page.get_by_role("dialog", name="Gate")
    expect(dialog).to_contain_text("⁨Gate⁩ was removed.")
    expect(dialog.get_by_role("img")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_text("No camera is watched yet")).to_be_visible()


def seen_live(page: Page) -> Locator:
    """The picture of the camera Gate, once it is shown with the name of what moves."""
    page.get_by_role("button", name="Show ⁨Gate⁩ live").click()
    dialog = page.get_by_role("dialog", name="Gate")
    shown = dialog.get_by_role("img")
    expect(shown).to_have_js_property("naturalWidth", SIZE[0])
    expect(dialog.locator(".box .name")).not_to_be_empty(timeout=20_000)
    assert violations(page) == []
    return shown


def add_clip(page: Page, address: str, **settings: object) -> str:
    """Has a camera called Gate watched; gives the server's address."""
    server = page.url.partition("/cameras")[0]
    body = {"name": "Gate", "source": address, **settings}
    assert page.request.post(f"{server}/api/v1/cameras", data=body).status == 201
    return server


def watch_clip(page: Page, address: str) -> str:
    """Has a camera called Gate watched and shown live; gives the server's address."""
    server = add_clip(page, address)
    page.get_by_role("button", name="Show ⁨Gate⁩ live").click()
    return server


def closed(page: Page, sockets: list[WebSocket]) -> bool:
    """Whether the connections are; what happens is heard of only while something is waited for."""
    page.wait_for_timeout(50)
    return bool(sockets) and all(one.is_closed() for one in sockets)


# Waits for a frame, then gives twice what is seen and how far it is behind.
_PLAYED = """async video => {
  const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));
  for (let tries = 0; tries < 300 && !(video.videoWidth && video.currentTime); tries += 1) await pause(100);
  const seen = [];
  for (const milliseconds of [500, 1500]) {
    await pause(milliseconds);
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth; canvas.height = video.videoHeight;
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let red = 0;
    for (let i = 0; i < data.length; i += 4) red += data[i] - Math.max(data[i + 1], data[i + 2]) > 90;
    const { buffered, currentTime } = video;
    seen.push({
      width: video.videoWidth, red, at: currentTime,
      behind: buffered.length ? buffered.end(buffered.length - 1) - currentTime : null,
    });
  }
  return seen;
}"""


@pytest.mark.long
def test_video_is_shown_as_the_camera_sends_it_until_something_is_masked(look_at: LookAt, clip: Path) -> None:
    with sending(clip) as address:
        page = look_at("/cameras")
        sockets: list[WebSocket] = []
        page.on("websocket", lambda socket: sockets.append(socket))
        server = watch_clip(page, address)
        dialog = page.get_by_role("dialog", name="Gate")
        expect(dialog).to_contain_text("Video as the camera sends it.")
        first, later = dialog.locator("video").evaluate(_PLAYED)
        assert first["width"] == later["width"] == 640
        assert later["red"] > 500
        assert 1.0 < later["at"] - first["at"] < 3.0
        assert later["behind"] < 1.6
        expect(dialog.locator(".box .name").first).to_be_visible(timeout=20_000)
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        until(lambda: closed(page, sockets))

        page.get_by_role("button", name="Show ⁨Gate⁩ live").click()
        expect(dialog).to_contain_text("Video as the camera sends it.")
        mask = {"name": "street", "corners": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
        number = page.request.get(f"{server}/api/v1/cameras").json()[0]["id"]
        changed = page.request.patch(f"{server}/api/v1/cameras/{number}", data={"masks": [mask]})
        assert changed.status == 200, changed.text()
        expect(dialog).to_contain_text("Pictures, five a second at most.")
        expect(dialog.locator("video")).to_be_hidden()
        assert dialog.locator("video").evaluate("video => video.currentSrc && video.readyState") in ("", 0)

        changed = page.request.patch(f"{server}/api/v1/cameras/{number}", data={"masks": []})
        assert changed.status == 200, changed.text()
        expect(dialog).to_contain_text("Video as the camera sends it.", timeout=20_000)


# How far the name of what moves at the right edge lies from the picture's edges, in pixels.
_NAMED = """() => {
  const picture = document.querySelector("dialog .picture").getBoundingClientRect();
  const boxes = [...document.querySelectorAll("dialog .box")];
  const right = picture.left + 0.7 * picture.width;
  const name = boxes.find(one => one.getBoundingClientRect().left > right)?.querySelector(".name");
  if (!name) return null;
  const { left, right: end, top } = name.getBoundingClientRect();
  return [left - picture.left, picture.right - end, top - picture.top];
}"""


@pytest.mark.long
def test_the_name_of_what_moves_lies_in_the_picture_of_a_phone(look_at: LookAt, clip: Path) -> None:
    with sending(clip) as address:
        page = look_at("/cameras", viewport={"width": 360, "height": 780})
        page.evaluate("localStorage.setItem('tenfold.language', 'ru')")
        page.reload()
        add_clip(page, address)
        page.get_by_role("article", name="Gate").get_by_role("button").first.click()
        far = page.wait_for_function(_NAMED).json_value()
        assert min(far) >= -1, far


@pytest.mark.long
def test_pictures_are_shown_instead_of_video_where_somebody_wants_them(look_at: LookAt, clip: Path) -> None:
    with sending(clip) as address:
        page = look_at("/cameras")
        watch_clip(page, address)
        dialog = page.get_by_role("dialog", name="Gate")
        expect(dialog).to_contain_text("Video as the camera sends it.", timeout=20_000)
        choice = dialog.get_by_role("switch", name="Pictures instead of video")
        choice.check()
        expect(dialog).to_contain_text("Pictures, five a second at most.")
        expect(dialog.locator("video")).to_be_hidden()
        expect(dialog.get_by_role("img")).to_have_js_property("naturalWidth", 640)
        assert violations(page) == []
        page.reload()
        page.get_by_role("button", name="Show ⁨Gate⁩ live").click()
        expect(choice).to_be_checked()
        expect(dialog.get_by_role("img")).to_have_js_property("naturalWidth", 640)
        expect(dialog).to_contain_text("Pictures, five a second at most.")
        choice.uncheck()
        expect(dialog).to_contain_text("Video as the camera sends it.", timeout=20_000)


@pytest.mark.long
def test_what_disturbs_a_camera_is_said_in_each_language(look_at: LookAt, camera: str) -> None:
    page = look_at("/cameras")
    add(page, camera)
    expect(page.get_by_role("article", name="Gate")).to_contain_text("Live")

    def rainy(route: Route) -> None:
        known = route.fetch().json()
        for one in known:
            one["state"]["conditions"] = ["rain", "shaken"]
        route.fulfill(json=known)

    page.route("**/api/v1/cameras", rainy)
    for language, said in {"en": "It is raining", "uk": "Іде дощ", "ru": "Идёт дождь"}.items():
        page.evaluate("language => localStorage.setItem('tenfold.language', language)", language)
        page.reload()
        card = page.get_by_role("article", name="Gate")
        expect(card).to_contain_text(said)
        expect(card.locator(".state ~ p")).to_have_count(2)
        assert violations(page) == []
    page.unroute_all(behavior="wait")  # the page asks on, and an answer under way would fail the next test


_FAULTS = {
    "no MediaSource": "delete window.MediaSource",
    "refused": "MediaSource.isTypeSupported = () => false",
    "damaged": "const append = SourceBuffer.prototype.appendBuffer;"
    "SourceBuffer.prototype.appendBuffer = function (data) {"
    "  append.call(this, new Uint8Array(data).fill(7).buffer); }",
}


@pytest.mark.long
def test_where_video_cannot_be_played_pictures_are_shown(look_at: LookAt, tmp_path: Path) -> None:
    with sending(write_clip(tmp_path / "clip.ts", count=250, speed=2)) as address:
        for number, fault in enumerate(_FAULTS.values()):
            page = look_at("/cameras")
            page.evaluate(f"() => {{ {fault} }}")
            if number == 0:
                add_clip(page, address)
            page.get_by_role("button", name="Show ⁨Gate⁩ live").click()
            dialog = page.get_by_role("dialog", name="Gate")
            picture = dialog.get_by_role("img")
            expect(picture).to_have_js_property("naturalWidth", 320)
            page.wait_for_timeout(2_000)
            first = picture.get_attribute("src")
            expect(picture).not_to_have_attribute("src", first or "")
            expect(dialog).to_contain_text("Pictures, five a second at most.")
            expect(dialog.locator("video")).to_be_hidden()
            page.close()


# Plays on, and finds the middle of what is red and of the box that is drawn, in parts of the picture.
_SEEN = """async video => {
  video.muted = true;
  await video.play();
  for (let tries = 0; tries < 600; tries += 1) {
    await new Promise(requestAnimationFrame);
    const rect = video.parentElement.querySelector("rect");
    // Wholly in the picture.
    if (!rect || rect.x.baseVal.value < 0.2 * rect.ownerSVGElement.viewBox.baseVal.width) continue;
    video.pause();
    await new Promise(done => setTimeout(done, 300));
    const { viewBox } = rect.ownerSVGElement, now = video.parentElement.querySelector("rect");
    if (!now) return null;
    const box = (now.x.baseVal.value + now.width.baseVal.value / 2) / viewBox.baseVal.width;
    const canvas = document.createElement("canvas");
    canvas.width = 160; canvas.height = 90;
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, 160, 90);
    const { data } = context.getImageData(0, 0, 160, 90);
    let sum = 0, count = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i] - Math.max(data[i + 1], data[i + 2]) > 90) { sum += (i / 4) % 160; count += 1; }
    return { box, red: sum / count / 160, seconds: video.duration, error: video.error?.message ?? "" };
  }
  return null;
}"""


@pytest.mark.long
@pytest.mark.parametrize("source", ["libx264", "libx265", "mjpeg"])
def test_a_clip_plays_with_the_box_on_what_moved(
    look_at: LookAt, camera: str, tmp_path: Path, source: str
) -> None:
    with ExitStack() as stack:
        page = look_at("/cameras")
        if source == "mjpeg":
            add(page, camera)
        else:
            clip = write_clip(tmp_path / "clip.ts", codec=source, count=250, empty=150, speed=2)
            address = stack.enter_context(sending(clip))
            add_clip(page, address, after=1)
        server = page.url.partition("/cameras")[0]
        until(
            lambda: [
                one for one in page.request.get(f"{server}/api/v1/clips").json() if one["state"] == "whole"
            ],
            40,
        )
        page.get_by_role("link", name="Events").first.click()
        event = page.get_by_role("list", name="Events", exact=True).get_by_role("button").last
        event.click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("What is it?")).to_be_enabled()  # once the event is over
        video = dialog.get_by_label("The clip of the event")
        expect(video).to_be_visible()
        seen = video.evaluate(_SEEN)
        assert seen is not None
        assert seen["error"] == ""
        assert seen["seconds"] > 3
        assert abs(seen["box"] - seen["red"]) < 0.15
