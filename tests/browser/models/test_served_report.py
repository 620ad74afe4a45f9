"""A run's report as the server gives it out: its own script works, and reaches nothing else."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tenfold.evaluation.report import write_report
from tenfold.runs.run import Run
from tests.evaluation.report.conftest import colours
from tests.fakes import FakeClassifier
from tests.runs import run_folders

pytestmark = pytest.mark.browser
# What somebody would write who got a script into a report.
HOSTILE = """<!doctype html><title>report</title><h1>report</h1><p id="out">nothing</p><script>
const told = [];
const tell = (what) => { told.push(what); document.getElementById("out").textContent = told.join(" ") };
tell("ran");
try { localStorage.getItem("x"); tell("storage") } catch { tell("no-storage") }
try { document.cookie; tell("cookie") } catch { tell("no-cookie") }
fetch("/api/v1/models").then(() => tell("fetched"), () => tell("no-fetch"))
  .then(() => fetch("/api/v1/models/rollback", { method: "POST" }))
  .then(() => tell("posted"), () => tell("no-post"));
</script>"""


def test_its_script_works_where_it_is_served(chromium: Browser, home: Path, own_server: str) -> None:
    run = run_folders.make(home / "runs" / "one")
    write_report(run / "report.html", FakeClassifier(), colours(), run=Run(run))
    page = chromium.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{own_server}/api/v1/runs/one/report")
    expect(page.locator("h1")).to_have_text("colours")
    page.get_by_role("button", name="red called red").click()
    expect(page.locator("#cell").get_by_role("img")).to_have_count(19)
    assert faults == []
    page.close()


def test_a_script_that_got_into_it_reaches_nothing(chromium: Browser, home: Path, own_server: str) -> None:
    run = run_folders.make(home / "runs" / "one")
    (run / "report.html").write_text(HOSTILE)
    page = chromium.new_page()
    page.goto(f"{own_server}/api/v1/runs/one/report")
    expect(page.locator("#out")).to_have_text("ran no-storage no-cookie no-fetch no-post")
    page.close()
