"""What is told to whom: jobs, and where things are on the server."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from tenfold.catalogue.entries.tables import SYSTEM
from tenfold.database import now
from tenfold.errors import DatasetError
from tenfold.jobs import AnyType, Shape
from tenfold.jobs.tables import DONE, FAILED, JobRow
from tenfold.models.improvements import FAILED as NOT_IMPROVED
from tenfold.models.registry import CORRECTIONS
from tenfold.runtime import App
from tenfold.web.security.disclosure import without_paths
from tenfold.workflows.compare_job import COMPARE, CompareParams
from tenfold.workflows.data.check_data_job import CHECK_DATA, CheckDataParams
from tenfold.workflows.improve.folders import run_of
from tenfold.workflows.ingest_job import ADD, AddParams
from tests import tiny
from tests.fakes import GREEN, RED, picture
from tests.runs import run_folders
from tests.web.conftest import Serve
from tests.web.signed_in import Staffed, staff

SECRET = "Secret Place"
numbers = count(1)


@dataclass
class Place:
    """A server on which much lies in folders whose name nobody but administrators is to learn."""

    staffed: Staffed
    folder: Path
    jobs: dict[str, str]


@pytest.fixture(scope="module")
def place(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("served") / SECRET
    home = folder / "home"
    home.mkdir(parents=True)
    with staff(serve, home=home, data_dir=folder / "data") as staffed:
        app = staffed.running.service.app
        data = folder / "colours"
        for label, colour in (("red", RED), ("green", GREEN)):
            (data / label).mkdir(parents=True)
            (data / label / "0.png").write_bytes(picture(colour))
        assert staffed.ann.post("/api/v1/data", json={"source": str(data)}).status_code == 200
        (folder / "gone").mkdir()
        (folder / "gone" / "a").mkdir()
        (folder / "gone" / "b").mkdir()
        gone = folder / "gone"
        for label in ("a", "b"):
            (gone / label / "0.png").write_bytes(picture(RED))
        assert staffed.ann.post("/api/v1/data", json={"source": str(gone)}).status_code == 200
        gone.rename(folder / "elsewhere")
        for name, owner in (("everybody.png", SYSTEM), ("olga.png", staffed.ids["olga"])):
            colour = (9, 9, 200) if owner else (9, 200, 9)
            app.ingest.add(
                picture(colour), name=name, path=str(folder / name), source="folder", owner=owner,
                by=owner, shared=True,
            )  # fmt: skip
        run = run_folders.make(home / "runs" / "20261121-140509-shades", done=2, model=True)
        facts = json.loads((run / "data.json").read_text()) | {"source": str(data)}
        (run / "data.json").write_text(json.dumps(facts))
        (run / "training.log").write_text(f"tenfold: {data} is gone")
        (home / "runs" / "nothing").mkdir()
        problem = DatasetError(f"The data '{data}'", "are gone", received=str(data)).facts()
        compared = {"data": str(data), "split": "test", "pictures": 0, "models": {}, "differences": []}
        jobs = {
            "ann": ended(app, ADD, AddParams(paths=[str(folder)], owner=0, shared=True),
                         by=staffed.ids["ann"], title=f"Add {folder}", problem=problem),
            "olga": ended(app, CHECK_DATA, CheckDataParams(source=str(data), key="k"), by=staffed.ids["olga"],
                          title="Check colours", problem=problem),
            "compare": ended(app, COMPARE, CompareParams(models=[], data=str(data)), by=staffed.ids["ann"],
                             title="Compare", result=compared),
        }  # fmt: skip
        app.blobs("comparisons").put(f"{jobs['compare']}.html", b"<p>private</p>")
        with app.database.writing() as session:
            options = {"with_own_data": True, "epochs": 4, "own_source": str(data)}
            one = app.improve.improvements.begin(
                session, jobs["ann"], app.registry.live(), staffed.ids["ann"], options
            )
        app.improve.improvements.set(one.id, state=NOT_IMPROVED, problem=problem)
        yield Place(staffed, folder, jobs)


def ended(
    app: App,
    job_type: AnyType,
    params: Shape,
    *,
    by: int,
    title: str,
    problem: Any = None,
    result: Any = None,
) -> str:
    """A job that has ended, so that no worker takes it; its id."""
    job = f"{next(numbers):016x}"
    row = JobRow(
        id=job, kind=job_type.kind, title=title, params=params.model_dump(), by=by, cancel=False,
        state=FAILED if problem else DONE, step="asking-model", figures={"model": title},
        problem=problem, result=result,
        created_at=now(), updated_at=now(), ended_at=now(),
    )  # fmt: skip
    with app.database.writing() as session:
        session.add(row)
    return job


def everything(place: Place, who: httpx.Client) -> dict[str, str]:
    """What every reading operation answers, by its address."""
    document = place.staffed.ann.get("/openapi.json").json()
    values = {
        "/data/{key}": [one["id"] for one in place.staffed.ann.get("/api/v1/data").json()["sets"]],
        "/jobs/{job_id}": list(place.jobs.values()),
        "/runs/{name}": ["20261121-140509-shades", "nothing"],
        "/entries/{entry}": ["1", "2"],
        "/entries/{number}": ["1", "2"],
        "/improvements/{number}": ["1"],
        "/comparisons/{job}": list(place.jobs.values()),
    }
    answers = {}
    for path in document["paths"]:
        if "get" not in document["paths"][path] or path == "/api/v1/events":
            continue
        found = next((part for part in values if part in path), None)
        for value in values[found] if found else ["1"]:
            address = path
            while "{" in address:
                before, _, rest = address.partition("{")
                address = before + (value if value else "1") + rest.partition("}")[2]
                value = "0"
            answers[address] = who.get(address).text
    return answers


@pytest.mark.slow
def test_no_answer_to_a_viewer_or_a_stranger_names_a_folder_of_the_server(place: Place) -> None:
    whole = everything(place, place.staffed.ann)
    assert sum(SECRET in text for text in whole.values()) > 8, "administrators see where things are"
    for who in (place.staffed.vic, place.staffed.stranger):
        assert [path for path, text in everything(place, who).items() if SECRET in text] == []


def test_an_operator_sees_where_everybody_s_and_their_own_pictures_are_and_no_more(place: Place) -> None:
    told = everything(place, place.staffed.olga)
    assert {path for path, text in told.items() if SECRET in text} <= {
        "/api/v1/catalogue/entries/1",
        "/api/v1/catalogue/entries/2",
        "/api/v1/exports/entries.csv",
        "/api/v1/exports/entries.parquet",
    }


def rows(who: httpx.Client) -> dict[str, str]:
    text = who.get("/api/v1/exports/entries.csv").content.decode("utf-8-sig")
    return {row["name"]: row["path"] for row in csv.DictReader(StringIO(text))}


def test_a_table_of_entries_tells_paths_as_an_entry_does(place: Place) -> None:
    everybody, olga = str(place.folder / "everybody.png"), str(place.folder / "olga.png")
    assert rows(place.staffed.ann) == {"everybody.png": everybody, "olga.png": olga}
    assert rows(place.staffed.olga) == {"everybody.png": everybody, "olga.png": olga}
    assert rows(place.staffed.vic) == {"everybody.png": "", "olga.png": ""}
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="needs the parquet extra: pip install 'tenfold[parquet]'"
    )
    table = place.staffed.vic.get("/api/v1/exports/entries.parquet").content
    assert parquet.read_table(BytesIO(table))["path"].to_pylist() == [None, None]


@pytest.mark.parametrize("name", ["vic", "olga"])
def test_a_job_of_somebody_else_says_its_kind_and_how_far_it_is(place: Place, name: str) -> None:
    who: httpx.Client = getattr(place.staffed, name)
    told = who.get(f"/api/v1/jobs/{place.jobs['ann']}").json()
    assert (told["kind"], told["state"], told["by"]) == ("add", "failed", place.staffed.ids["ann"])
    assert (told["title"], told["message"], told["details"]) == ("", "", None)
    assert (told["params"], told["result"], told["problem"]) == (None, None, None)
    listed = {one["id"]: one for one in who.get("/api/v1/jobs").json()["jobs"]}
    assert listed[place.jobs["ann"]] == told
    assert listed[place.jobs["compare"]]["result"] is None


def test_one_s_own_job_is_told_without_where_it_reads(place: Place) -> None:
    told = place.staffed.olga.get(f"/api/v1/jobs/{place.jobs['olga']}").json()
    assert (told["title"], told["params"]) == ("Check colours", {"source": "colours", "key": "k"})
    assert told["problem"]["detail"] == "The data 'colours' are gone (colours)."
    assert place.staffed.ann.get(f"/api/v1/jobs/{place.jobs['olga']}").json()["params"]["source"] == str(
        place.folder / "colours"
    )


def test_the_page_of_a_comparison_is_for_those_whom_it_concerns(place: Place) -> None:
    path = f"/api/v1/comparisons/{place.jobs['compare']}/report"
    assert place.staffed.ann.get(path).text == "<p>private</p>"
    for who in (place.staffed.vic, place.staffed.olga):
        assert who.get(path).status_code == 404


def test_listeners_are_told_of_jobs_as_whoever_asks(place: Place) -> None:
    job = place.jobs["ann"]
    with place.staffed.running.service.app.database.writing() as session:
        session.execute(update(JobRow).values(updated_at=now()))  # as if they had ended just now
    for who, title in ((place.staffed.ann, f"Add {place.folder}"), (place.staffed.vic, "")):
        with who.stream("GET", "/api/v1/events", timeout=10) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: ") and job in line:
                    told = json.loads(line.removeprefix("data: "))
                    break
        assert told["title"] == title
        assert (told["params"] is None) == (title == "")


def test_a_report_of_corrections_and_its_classes_are_for_administrators(place: Place) -> None:
    app = place.staffed.running.service.app
    run = run_folders.make(app.home.runs / run_of(7), done=2)
    facts = json.loads((run / "data.json").read_text()) | {"classes": ["grandma"]}
    (run / "data.json").write_text(json.dumps(facts))
    (run / "report.html").write_text("<p>grandma</p>")
    model = app.registry.register(tiny.MODEL, origin=CORRECTIONS, run=run_of(7))
    (run / "report.json").write_text(json.dumps({"model": {"sha256": model.hash}}))
    for who, seen in ((place.staffed.ann, True), (place.staffed.olga, False), (place.staffed.vic, False)):
        answers = [who.get(f"/api/v1/runs/{run_of(7)}{more}") for more in ("", "/report")]
        assert [("grandma" in one.text) for one in answers] == [seen, seen]
        assert who.get(f"/api/v1/models/{model.hash}/report/page").status_code == 404


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The data '/srv/My Photos/cats' cannot be read.", "The data 'cats' cannot be read."),
        ("The folder /srv/photos/cats holds no run.", "The folder cats holds no run."),
        ("The data /known/My Photos/x are gone", "The data x are gone"),
        ("C:\\Users\\ann\\cats.csv is missing", "cats.csv is missing"),
        ("It is in (/srv/a/b).", "It is in (b)."),
        ("Wait 3 s and/or try 1/2 again", "Wait 3 s and/or try 1/2 again"),
        ("cat.jpg is damaged", "cat.jpg is damaged"),
    ],
)
def test_a_message_keeps_the_last_part_of_a_path(text: str, expected: str) -> None:
    assert without_paths(text, ["/known/My Photos/x"]) == expected
