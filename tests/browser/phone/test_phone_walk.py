"""The walk of docs/how-to/phone.md: from a folder of pictures to a phone without a network."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tenfold import Classifier
from tests.browser import scenes
from tests.browser.conftest import PAGE, need
from tests.browser.phone.test_phone import PHONE, answers, opened, stored
from tests.environment.chromium import FAKE_CAMERA
from tests.environment.forking import serving
from tests.paths import ROOT

pytestmark = pytest.mark.browser

COMMANDS = re.findall(r"^\$? ?(tenfold .*)$", (ROOT / "docs/how-to/phone.md").read_text(), re.M)
TAUGHT = 7


@pytest.mark.long
def test_the_commands_of_the_page_lead_from_own_pictures_to_a_phone_that_knows_them(
    launch: Any, photos: Path, tmp_path: Path
) -> None:
    need(PAGE.is_file(), "needs the built page: make frontend")
    home, late = tmp_path / "home", []
    for label in ("bird", "cat", "horse"):
        files = sorted((photos / label).iterdir())
        (tmp_path / "mushrooms" / label).mkdir(parents=True)
        for file in files[:TAUGHT]:
            shutil.copy(file, tmp_path / "mushrooms" / label)
        late += files[TAUGHT:]
    for command in COMMANDS:
        program = [sys.executable, "-m", *shlex.split(command)]
        environ = {**os.environ, "TENFOLD_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(program, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    recording = scenes.write(tmp_path / "camera.y4m", late[:1])
    browser: Browser = launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={recording}")
    context = browser.new_context(locale="en-US", viewport=PHONE)
    with serving(home) as address:
        page = opened(context, address)
        expect(page.locator("footer")).to_contain_text("mushrooms")
        stored(page)
        page.close()
    # The server is gone, and so is the network.
    context.set_offline(True)
    page = opened(context, address)
    said = answers(page, late)
    for file, expected in zip(late, Classifier(tmp_path / "mushrooms.onnx").classify_each(late), strict=True):
        assert (said[file.name]["label"], said[file.name]["known"]) == (expected.label, expected.known), file
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator(".seen strong")).not_to_be_empty()
