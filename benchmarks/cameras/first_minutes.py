"""A stranger's first minutes: from `pip install "tenfold[cameras]"` to things that are named before a camera.

    python -m benchmarks.cameras.first_minutes dist/*.whl

The wheel goes into an environment of its own, with packages from pip's cache or the network. Then `tenfold
serve`; a Chromium whose camera shows a sample clip adds "This device's camera", sends it, and waits until the
live view names something. What a person reads meanwhile is not in it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.record import SAMPLES, write
from benchmarks.served import serving
from tests.conftest import find_browser
from tests.environment.chromium import FAKE_CAMERA, FLAGS

CLIP = SAMPLES / "clips" / "Vitgracer__cat.mp4"
_PATIENCE_MS = 300_000
WHAT = "A device's camera: from the end of `pip install` to a thing named (aim 120 s)"


def as_camera(clip: Path, to: Path) -> Path:
    """A clip as Chromium's fake camera takes it (Y4M)."""
    with av.open(str(clip)) as source, to.open("wb") as file:
        stream = source.streams.video[0]
        width, height = stream.width // 2 * 2, stream.height // 2 * 2
        rate = round(float(stream.average_rate or 25))
        file.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in source.decode(stream):
            planes = frame.reformat(width, height, "yuvj420p").to_ndarray()
            file.write(b"FRAME\n" + np.ascontiguousarray(planes).tobytes())
    return to


def installed(wheel: Path, folder: Path) -> Path:
    """A Python that has the wheel and what watching needs."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    # As a stranger's: nothing of this one's path.
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([python, "-m", "pip", "install", "-q", f"{wheel}[cameras]"], check=True, env=clean)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wheel", type=Path)
    wheel = parser.parse_args().wheel.resolve()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        film = as_camera(CLIP, folder / "camera.y4m")
        home = folder / "home"
        home.mkdir()
        steps, began = dict[str, float](), time.monotonic()
        python = installed(wheel, folder / "venv")
        steps["pip install"] = time.monotonic() - began
        with serving(home, python=python, folder=folder) as server, sync_playwright() as playwright:
            steps["tenfold serve answers"] = time.monotonic() - began
            flags = [*FLAGS, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}"]
            browser = playwright.chromium.launch(executable_path=find_browser(), args=flags)
            page = browser.new_page(locale="en-US")
            page.set_default_timeout(_PATIENCE_MS)
            page.goto(f"{server.address}/cameras")
            page.get_by_role("button", name="Add a camera").click()
            dialog = page.get_by_role("dialog", name="Add a camera")
            dialog.get_by_label("Which camera").select_option("This device’s camera")
            dialog.get_by_label("Name").fill("Desk")
            dialog.get_by_role("button", name="Add", exact=True).click()
            page.get_by_role("button", name="Send this device’s camera").click()
            page.get_by_role("article", name="Desk").get_by_text("Live").wait_for()
            steps["its picture is there"] = time.monotonic() - began
            page.get_by_role("button", name="Show ⁨Desk⁩ live").click()
            named = page.locator("dialog .box .name", has_not_text="None of these").first
            named.wait_for()
            steps["the first thing is named"] = time.monotonic() - began
            said = named.inner_text()
            browser.close()
        shutil.rmtree(folder / "venv", ignore_errors=True)
    load = f"load {os.getloadavg()[0]:.0f}"
    write(
        __file__,
        [
            {
                "what": WHAT,
                "value": f"{steps['the first thing is named'] - steps['pip install']:.0f} s",
                "n": f"1 time, packages from a cache; {load}; named: {said}",
                "peer": "from its start: "
                + ", ".join(f"{step}: {seconds:.0f} s" for step, seconds in steps.items()),
            }
        ],
    )


if __name__ == "__main__":
    main()
