"""The seconds and presses from the open page Teach to its first answer, with two classes.

    python -m benchmarks.teach_page

A Chromium with a fake camera does what a quick person would: begins, holds each class's button for one
second, and waits for the answer. Waiting for the recording to show the other thing is not counted. It needs
Chromium and the built page.
"""

import tempfile
import time
from pathlib import Path
from statistics import mean

from playwright.sync_api import sync_playwright

from tests.browser import scenes
from tests.chromium import FAKE_CAMERA, FLAGS
from tests.conftest import find_browser
from tests.forking import serving
from tests.paths import ROOT

RUNS, HOLD_SECONDS = 3, 1.0
PICTURES = [ROOT / f"examples/pictures/{name}.png" for name in ("plane", "ship")]


def one(address: str, recording: Path) -> dict[str, float]:
    """The seconds of each step."""
    flags = [*FLAGS, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={recording}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=flags)
        page = browser.new_page(locale="en-US")
        page.goto(f"{address}/teach?draft=new")
        begin = page.get_by_role("button", name="Begin with the camera")
        begin.wait_for()
        begun = time.perf_counter()
        begin.click()
        page.locator("video.on").wait_for()
        camera = time.perf_counter()
        waited = 0.0
        for part in range(2):
            button = page.locator("section[data-class]").nth(part).locator(".buttons button.main")
            button.hover()
            page.mouse.down()
            page.wait_for_timeout(HOLD_SECONDS * 1000)
            page.mouse.up()
            if part == 0:
                page.wait_for_timeout(scenes.SECONDS * 1000)
                waited = scenes.SECONDS
        recorded = time.perf_counter()
        page.locator(".answer p.name").wait_for()
        answered = time.perf_counter()
        browser.close()
    return {
        "camera": camera - begun,
        "recording": recorded - camera - waited,
        "learning and the first answer": answered - recorded,
        "in all": answered - begun - waited,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        recording = scenes.write(Path(folder, "scenes.y4m"), PICTURES)
        home = Path(folder, "home")
        home.mkdir()
        with serving(home) as address:
            found = [one(address, recording) for _ in range(RUNS)]
    print(f"1 press and 2 holds, {RUNS} runs, seconds (mean, least, most):")
    for step in found[0]:
        each = [run[step] for run in found]
        print(f"  {step}: {mean(each):.1f} ({min(each):.1f} to {max(each):.1f})")


if __name__ == "__main__":
    main()
