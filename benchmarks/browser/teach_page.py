"""How long a person needs for two own classes on the page Teach, and whether every surface answers the same.

    python -m benchmarks.browser.teach_page [--python .venv/bin/python]

A Chromium whose camera sees a cat, a dog and a belt in turn (clips of ../shared/samples) is used as somebody
uses it who has never seen the page: from the front page, with the pauses that `Pace` states, until the first
answer to the camera's picture; then the model is kept, made live and downloaded. The clock runs through all
of it, also while the camera still shows the other thing. With `--python` the server and `tenfold classify`
run in another environment, such as one without torch. Needs Chromium, the built page and TENFOLD_SHARED.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

from benchmarks.record import SAMPLES, spread, write
from benchmarks.served import serving
from tests.browser import scenes
from tests.browser.seeing import ask, card, choose, english_percent
from tests.conftest import find_browser
from tests.environment.chromium import FAKE_CAMERA, FLAGS

# What the camera sees in turn; the last is taught to nobody.
CLIPS = {"cat": "Vitgracer__cat.mp4", "dog": "lixirui142__dog.mp4", "": "mjz001__conveyor.mp4"}
CLASSES = [name for name in CLIPS if name]
WIDTH, HEIGHT = 640, 480
# Seconds of each: long enough for somebody to reach for the button.
SHOWN = {"cat": 10, "dog": 10, "": 6}
RUNS = 5
# An answer to what was seen before may stand for so long after the camera's picture has changed.
SETTLED = 1.5
ASKED = 4  # pictures of each class, and as many others, of which every surface is asked


@dataclass(frozen=True)
class Pace:
    """The pauses of somebody in seconds.

    read: after each new view; aim: before each press; key: for each letter; allow: until the browser's
    question about the camera is answered; hold: how long a class is recorded.
    """

    name: str
    read: float
    aim: float
    key: float
    allow: float
    hold: float


PERSON = Pace("a person's pauses", read=2.0, aim=1.0, key=0.2, allow=2.0, hold=2.0)
SCRIPT = Pace("no pauses", read=0, aim=0, key=0, allow=0, hold=1.0)


@dataclass
class Visit:
    """One visit: what was pressed, the seconds since it began, and what the page said."""

    presses: int = 0
    holds: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)


class Person:
    """Somebody before the page. thumbnails: what the camera shows, small, and which thing it is."""

    def __init__(self, page: Page, pace: Pace, thumbnails: list[tuple[str, NDArray[np.float64]]]) -> None:
        self._page, self._pace, self._thumbnails = page, pace, thumbnails
        self.visit = Visit()
        self._begun, self._presses = 0.0, 0

    def teach(self, address: str) -> None:
        """From the front page to the first answer."""
        page, pace = self._page, self._pace
        page.add_init_script(
            "const media = navigator.mediaDevices, real = media?.getUserMedia.bind(media);"
            "if (real) media.getUserMedia = async (how) => {"
            f"  await new Promise((done) => setTimeout(done, {pace.allow * 1000}));"
            "  media.getUserMedia = real; return real(how); };"
        )
        page.goto(address)
        page.locator("main h1").wait_for()
        self._begun = time.perf_counter()
        self._pause(pace.read)
        self._press(page.get_by_role("link", name="Teach"))
        first = page.get_by_role("textbox", name="Class 1")
        first.wait_for()
        self._pause(pace.read)
        if pace.key:
            self._press(first)
            page.keyboard.type(CLASSES[0], delay=pace.key * 1000)
            page.keyboard.press("Tab")  # past the button that removes the class
            page.keyboard.press("Tab")
            page.keyboard.type(CLASSES[1], delay=pace.key * 1000)
        self._mark("named")
        self._press(page.get_by_role("button", name="Begin with the camera"))
        page.locator("video.on").wait_for()
        self._mark("the camera shows")
        self._pause(pace.read)
        for number, name in enumerate(CLASSES):
            self._await(name)
            self._hold(page.locator("section[data-class]").nth(number).locator(".buttons button.main"))
            self._mark(f"{name} recorded")
        page.locator(".answer p.name").wait_for()
        self._mark("first answer")
        self.visit.presses = self._presses

    def watch(self) -> None:
        """Note what is answered to each thing that is held before the camera, once around."""
        page, changed, thing = self._page, time.perf_counter(), ""
        ends = time.perf_counter() + sum(SHOWN.values())
        while time.perf_counter() < ends:
            now = self._thing()
            if now != thing:
                thing, changed = now, time.perf_counter()
            answers = page.locator(".answer p.name").all_inner_texts()
            if answers and time.perf_counter() - changed > SETTLED and self._thing() == thing:
                self.visit.seen.append((thing, "" if answers[0] == "None of these" else answers[0]))
            page.wait_for_timeout(200)

    def keep(self, folder: Path) -> Path:
        """Keep the model, make it live, and download its file."""
        page, begun = self._page, time.perf_counter()
        self._press(page.get_by_role("button", name="Keep as a model"))
        live = page.get_by_role("button", name="Make it live")
        live.wait_for()
        self._press(live)
        page.get_by_text("It is live").wait_for()
        self.visit.seconds["kept and live"] = time.perf_counter() - begun
        with page.expect_download() as given:
            page.get_by_role("link", name="Download the model file").click()
        file = folder / "taught.onnx"
        given.value.save_as(file)
        return file

    def _press(self, what: Locator) -> None:
        what.hover()
        self._pause(self._pace.aim)
        what.click()
        self._presses += 1

    def _hold(self, what: Locator) -> None:
        what.hover()
        self._pause(self._pace.aim)
        self._page.mouse.down()
        self._page.wait_for_timeout(self._pace.hold * 1000)
        self._page.mouse.up()
        self.visit.holds += 1

    def _pause(self, seconds: float) -> None:
        self._page.wait_for_timeout(seconds * 1000)

    def _mark(self, what: str) -> None:
        self.visit.seconds[what] = time.perf_counter() - self._begun

    def _await(self, name: str) -> None:
        """Wait until the camera shows this thing for long enough."""
        needed = self._pace.aim + self._pace.hold + 0.5
        ends = time.monotonic() + 5 * sum(SHOWN.values())
        while time.monotonic() < ends:
            thing, left = self._position()
            if thing == name and left > needed:
                return
            self._page.wait_for_timeout(50)
        raise AssertionError(f"the camera never shows {name}")

    def _thing(self) -> str:
        return self._position()[0]

    def _position(self) -> tuple[str, float]:
        """Which thing the camera shows, and for how many seconds more."""
        now = np.array(self._page.evaluate(_THUMBNAIL), float)
        nearest = int(np.argmin([np.abs(known - now).sum() for _, known in self._thumbnails]))
        thing = self._thumbnails[nearest][0]
        begun = next(n for n, (name, _) in enumerate(self._thumbnails) if name == thing)
        return thing, SHOWN[thing] - (nearest - begun) / scenes.RATE


_THUMBNAIL = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = 16; canvas.height = 12;
  const drawing = canvas.getContext("2d");
  drawing.imageSmoothingQuality = "high";
  drawing.drawImage(document.querySelector("main video"), 0, 0, 16, 12);
  return [...drawing.getImageData(0, 0, 16, 12).data].filter((_, i) => i % 4 < 3);
}"""


def frames() -> Iterator[tuple[str, Image.Image]]:
    """What the camera shows: each clip forwards and backwards where it is shorter than it is shown."""
    for name, file in CLIPS.items():
        with av.open(str(SAMPLES / "clips" / file)) as clip:
            step = max(1, round(float(clip.streams.video[0].average_rate or scenes.RATE) / scenes.RATE))
            shown = [
                _cut(Image.fromarray(one.to_ndarray(format="rgb24")))
                for n, one in enumerate(clip.decode(video=0))
                if n % step == 0
            ]
        there_and_back = [*shown, *shown[-2:0:-1]]
        for n in range(SHOWN[name] * scenes.RATE):
            yield name, there_and_back[n % len(there_and_back)]


def _cut(frame: Image.Image) -> Image.Image:
    """The middle of a frame in the shape that a camera has."""
    scale = max(WIDTH / frame.width, HEIGHT / frame.height)
    large = frame.resize((round(frame.width * scale), round(frame.height * scale)))
    left, top = (large.width - WIDTH) // 2, (large.height - HEIGHT) // 2
    return large.crop((left, top, left + WIDTH, top + HEIGHT))


def pictures() -> list[Path]:
    """Photographs of the classes and of other things, of which every surface is asked."""
    known = [path for name in CLASSES for path in sorted((SAMPLES / "photos" / name).glob("*"))[:ASKED]]
    return [*known, *sorted((SAMPLES / "photos_none_of_the_ten").glob("*"))[:ASKED]]


def compared(page: Page, address: str, python: str, file: Path) -> dict[str, Any]:
    """How `tenfold classify` and the page differ from the API: the largest difference, and other answers."""
    files = pictures()
    told = [python, "-m", "tenfold", "classify", "--json", "--model", str(file), *map(str, files)]
    environ = os.environ | {"TENFOLD_HOME": str(file.parent)}
    said = json.loads(subprocess.run(told, env=environ, check=True, capture_output=True, text=True).stdout)
    page.get_by_role("link", name="Classify with it").click()
    page.locator("main h1").wait_for()
    difference, others = 0.0, 0
    for path, command in zip(files, (one["prediction"] for one in said), strict=True):
        api = ask(address, path.read_bytes())
        page.goto(address)  # beside other pictures a card has no bars until it is opened
        choose(page, path)
        verdict = card(page, path.name).locator(".verdict .name")
        verdict.wait_for()
        shown = verdict.text_content()  # without the capital that its style gives it
        bars = card(page, path.name).get_by_role("list").get_by_role("button")
        expect(bars).to_have_count(len(CLASSES))
        percents = {
            bar.locator(".name").inner_text(): bar.locator(".percent").inner_text() for bar in bars.all()
        }
        difference = max(
            difference,
            abs(command["novelty"] - api["novelty"]),
            *(abs(command["probabilities"][name] - share) for name, share in api["probabilities"].items()),
        )
        same = command["label"] == api["label"] and command["known"] == api["known"]
        same = same and shown == (api["label"] if api["known"] else "None of these")
        same = same and percents == {n: english_percent(s) for n, s in api["probabilities"].items()}
        others += not same
    return {"pictures": len(files), "difference": difference, "others": others}


def visit(
    pace: Pace, python: str, recording: Path, thumbnails: list[tuple[str, NDArray[np.float64]]]
) -> dict[str, Any]:
    """One visit to a server of its own."""
    flags = [*FLAGS, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={recording}"]
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder, "home"), python=python) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=flags)
        page = browser.new_page(locale="en-US", viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        person = Person(page, pace, thumbnails)
        person.teach(server.address)
        found: dict[str, Any] = {}
        if pace is PERSON:
            person.watch()
            found = compared(page, server.address, python, person.keep(Path(folder)))
        browser.close()
    return {"visit": person.visit, **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    expect.set_options(timeout=120_000)
    parser.add_argument("--python", default=sys.executable, help="of the environment that serves")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--note", default="", help="what else the machine was doing, for the result")
    options = parser.parse_args()
    has_torch = "import importlib.util as u; print(u.find_spec('torch') is not None)"
    torch = subprocess.run([options.python, "-c", has_torch], check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as folder:
        film = list(frames())
        recording = scenes.write_frames(Path(folder, "film.y4m"), (frame for _, frame in film))
        small = [(name, np.asarray(frame.resize((16, 12)), float).ravel()) for name, frame in film]
        made = {
            pace: [visit(pace, options.python, recording, small) for _ in range(options.runs)]
            for pace in (PERSON, SCRIPT)
        }
    server = "with torch" if torch.stdout.strip() == "True" else "without torch"
    n = f"{options.runs} visits, server {server}" + (f"; {options.note}" if options.note else "")
    write(__file__, [*(_seconds(pace, each, n) for pace, each in made.items()), *_answers(made[PERSON], n)])


def _seconds(pace: Pace, visits: list[dict[str, Any]], n: str) -> dict[str, str]:
    each: list[Visit] = [one["visit"] for one in visits]
    between = []
    for step in each[0].seconds:
        if step == "kept and live":
            break
        at = [one.seconds[step] for one in each]
        between.append(f"{step} at {np.median(at):.1f} s")
    pauses = (
        f"{pace.read:g} s for each view, {pace.aim:g} s before each press, {pace.key:g} s a letter, "
        f"{pace.allow:g} s to allow the camera; "
        if pace.read
        else ""
    )
    return {
        "what": f"two classes by the camera, from the front page to the first answer, {pace.name}",
        "value": f"{spread([one.seconds['first answer'] for one in each], 's')}; {each[0].presses} presses, "
        f"{each[0].holds} holds",
        "n": n,
        "peer": f"{pauses}held for {pace.hold:g} s each; {', '.join(between)}",
    }


def _answers(visits: list[dict[str, Any]], n: str) -> list[dict[str, str]]:
    seen = Counter(pair for one in visits for pair in one["visit"].seen)
    told = []
    for name in CLIPS:
        right, all_ = seen[name, name], sum(count for (thing, _), count in seen.items() if thing == name)
        told.append(f"{name or 'the belt, none of these'} {right} of {all_}")
    asked = sum(one["pictures"] for one in visits)
    return [
        {
            "what": "two classes by the camera: answers to the camera's picture that are right",
            "value": ", ".join(told),
            "n": n,
            "peer": "looked at five times a second, once around",
        },
        {
            "what": "two classes by the camera: photographs that command, API and page disagree on",
            "value": f"{sum(one['others'] for one in visits)} of {asked}",
            "n": n,
            "peer": f"largest difference of a probability {max(one['difference'] for one in visits):.1g}",
        },
        {
            "what": "two classes by the camera: kept and live",
            "value": spread([one["visit"].seconds["kept and live"] for one in visits], "s"),
            "n": n,
            "peer": "2 presses",
        },
    ]


if __name__ == "__main__":
    main()
