"""The live view of a camera in a real Chromium: how late it shows what a camera sends, and what that costs.

The frames of a real RTSP server carry their numbers, which are read from what the page shows; the RTSP server
says when it sends one of them. The other is `tenfold serve`, whose processor time has its decoder's in it.
"""

import os
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.record import spread
from benchmarks.served import serving
from tenfold.cameras.watching import Classify
from tests.cameras.conftest import RtspServer
from tests.cameras.made_clips import BITS, BLOCK, write_clip, write_units
from tests.conftest import find_browser
from tests.environment.chromium import FLAGS

SIZE, RATE, COUNT = (640, 480), 25, 250
_WINDOW, _WINDOWS, _WARM_SECONDS, _TOLD = 10.0, 5, 15.0, 0
_TICKS = os.sysconf("SC_CLK_TCK")
_PICTURES, _VIDEO = "Pictures, five a second at most.", "Video as the camera sends it."
# Each number that is shown first, and when, in Unix time.
_SEEN = """async ([seconds, bits, block]) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [640, 480];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const until = Date.now() + seconds * 1000, seen = [];
  let last = -1;
  while (Date.now() < until) {
    await new Promise(requestAnimationFrame);
    const shown = document.querySelector("dialog video.shown") ?? document.querySelector("dialog img");
    if (!shown || !(shown.videoWidth || shown.naturalWidth)) continue;
    context.drawImage(shown, 0, 0, 640, 480);
    const { data } = context.getImageData(0, 8, bits * block, 1);
    let number = 0;
    for (let bit = 0; bit < bits; bit += 1)
      if (data[4 * (bit * block + block / 2) + 1] > 128) number += 2 ** bit;
    if (number !== last) seen.push([Date.now() / 1000, number]);
    last = number;
  }
  return seen;
}"""


def _processor_seconds(server: int) -> float:
    """What a server and its children have used so far."""
    total = 0.0
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            if str(server) in (place.name, fields[1]):
                total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def _delays(seen: list[tuple[float, int]], sent: list[float]) -> list[float]:
    """Seconds from the sending of each frame that was shown; the numbers go round in ten seconds."""
    found = []
    for at, number in seen:
        before = [moment + number / RATE for moment in sent if moment + number / RATE <= at]
        if before and number < COUNT:
            found.append(at - before[-1])
    return found


def view(classify: Classify, labels: object) -> list[dict[str, str]]:
    """The delay and the cost of both ways of the live view, beside nobody who looks."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        home = folder / "home"
        home.mkdir()
        clip = write_clip(folder / "clip.mp4", count=COUNT, width=SIZE[0], height=SIZE[1], rate=RATE)
        source = RtspServer(write_units(clip, folder / "units"), "--tell", str(_TOLD))
        sent = list[float]()
        threading.Thread(
            target=lambda: sent.extend(float(line) for line in source.output), daemon=True
        ).start()
        try:
            with serving(home) as server, sync_playwright() as playwright:
                server.post("/api/v1/cameras", name="Gate", source=source.url, recording="nothing")
                time.sleep(_WARM_SECONDS)
                alone = [_share(server.process, lambda: time.sleep(_WINDOW)) for _ in range(_WINDOWS)]
                browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
                page = browser.new_page(locale="en-US")
                rows = [
                    row
                    for way in (_PICTURES, _VIDEO)
                    for row in _looked(page, server.address, server.process, way, sent, alone)
                ]
                browser.close()
                return rows
        finally:
            source.kill()


def _share(server: int, work: Any) -> float:
    """The share of a core that a server uses meanwhile."""
    began, used = time.monotonic(), _processor_seconds(server)
    work()
    return (_processor_seconds(server) - used) / (time.monotonic() - began)


def _looked(
    page: Page, address: str, server: int, way: str, sent: list[float], alone: list[float]
) -> list[dict[str, str]]:
    """The rows of one way."""
    page.goto(f"{address}/cameras")
    page.evaluate(
        "only => localStorage.setItem('tenfold.cameraPictures', only)", str(way == _PICTURES).lower()
    )
    page.reload()
    page.get_by_role("button", name="Show ⁨Gate⁩ live").click()
    page.get_by_role("dialog").get_by_text(way).wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    shares, delays, shown = list[float](), list[float](), list[float]()
    for _ in range(_WINDOWS):
        seen = list[tuple[float, int]]()

        def look(to: list[tuple[float, int]] = seen) -> None:
            to += [(at, number) for at, number in page.evaluate(_SEEN, [_WINDOW, BITS, BLOCK])]

        shares.append(_share(server, look))
        delays += _delays(seen, sent)
        shown.append(len(seen) / _WINDOW)
    page.keyboard.press("Escape")
    p50, p99 = np.percentile(delays, (50, 99))
    named = "pictures (JPEG)" if way == _PICTURES else "video as the camera sends it (H.264 by Media Source)"
    n = f"640 x 480, {RATE} frames/s, {_WINDOWS} times {_WINDOW:g} s; load {os.getloadavg()[0]:.0f}"
    return [
        {
            "what": f"Live view, {named}: from the camera's sending to the page's showing",
            "value": f"p50 {p50:.2f}, p99 {p99:.2f} s ({min(delays):.2f} to {max(delays):.2f})",
            "n": f"{len(delays)} frames, {n}",
            "peer": f"shown: {spread(shown, 'a second')}",
        },
        {
            "what": f"Live view, {named}: of a core, for the server while one looks",
            "value": spread([100 * share for share in shares], "%"),
            "n": n,
            "peer": f"while nobody looks: {spread([100 * share for share in alone], '%')}",
        },
    ]
