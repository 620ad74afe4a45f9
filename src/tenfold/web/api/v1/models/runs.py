"""/api/v1/runs: starts, shows, stops and resumes training; and the networks that can be trained."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from tenfold.accounts.audit import Action
from tenfold.errors import TrainingError
from tenfold.evaluation.report.curves import Figure, Language, run_chart, runs_chart
from tenfold.jobs import UNFINISHED
from tenfold.jobs.records import JobState
from tenfold.models.registry import RUN
from tenfold.networks.listing import NETWORKS, KnownNetwork
from tenfold.recipes import recipe_file
from tenfold.runs.run import LONGEST_TITLE, Run
from tenfold.runtime import App
from tenfold.web.answers import Answer
from tenfold.web.api.v1.models.models import ModelEntry, model_entry
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.pages import page_response
from tenfold.web.problems import responses
from tenfold.web.request_errors import NotHere
from tenfold.web.run_answers import (
    DrawnChart,
    RunAnswer,
    RunDetail,
    drawn_chart,
    for_visitor,
    run_answer,
    run_detail,
    title_of_run,
    waiting_answer,
)
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheApp, TheService
from tenfold.workflows.improve.folders import of_improvement
from tenfold.workflows.train.choose_network import NetworkChoice
from tenfold.workflows.train.estimate import TrainingEstimate
from tenfold.workflows.train.train_job import TRAIN, TrainingRequest

router = APIRouter(tags=["training"], prefix="/api/v1")


class ResumeRequest(BaseModel):
    finish: bool = Field(False, description="Train no further; make a model of what it has learned.")


class RenameRequest(BaseModel):
    title: str = Field(
        description="What it is called from now on; empty: by its name.",
        max_length=LONGEST_TITLE,
        pattern=r"^[^\x00-\x1f]*$",
    )


class RunsAnswer(BaseModel):
    runs: list[RunAnswer] = Field(description="The newest first.")


class NetworkAnswer(Answer):
    """A network that can be trained."""

    name: str = Field(json_schema_extra={"enum": [one.name for one in NETWORKS]})
    summary: str
    source: str = Field(description="Whose it is.")
    published: str = Field(description="The accuracy on CIFAR-10 that its source states; may be empty.")
    side: int = Field(description="The pictures' side in pixels that it was made for.")
    epochs: int = Field(description="As its recipe has it.")
    batch_size: int


class NetworksAnswer(BaseModel):
    networks: list[NetworkAnswer]


_MOST_CURVES = 50
_GONE = responses(_404="No such run.")
_START = responses(
    _409="This cannot be trained; the message says why.",
    _501="The extra for training is not installed; the message says how to.",
)


@router.get("/networks", summary="The networks that can be trained")
def networks(who: Viewer) -> NetworksAnswer:
    """Each with its source, and what its recipe says."""
    return NetworksAnswer(networks=[_network(one) for one in NETWORKS])


@router.get("/runs", summary="The training runs")
def runs(app: TheApp, who: Viewer) -> RunsAnswer:
    """All runs, of the page and of the command line."""
    not_started, started = app.train.not_started(), app.train.found()
    jobs = _jobs(app, [run.name for run in not_started + started])
    waiting = [waiting_answer(run, app.train.request(run), jobs.get(run.name)) for run in not_started]
    found = waiting + [run_answer(run, jobs.get(run.name)) for run in started]
    return RunsAnswer(runs=[for_visitor(one, who) for one in found])


@router.post(
    "/runs", summary="Train a network", status_code=202,
    responses=_START | responses(_404="There is no such model or run to start from."),
)  # fmt: skip
def begin_run(app: TheApp, who: Administrator, asked: TrainingRequest) -> JobAnswer:
    """Start training in the background; its model is registered at the end."""
    name, job = app.train.start(asked, datetime.now(), by=who.id)
    network = (app.train.request(app.train.run(name)) or asked).network
    _note(app, who, "training.begin", name, network=network, data=asked.data)
    return job_answer(job, who)


@router.post(
    "/runs/network", summary="The network that a training takes",
    responses=responses(_422="The data cannot be read, or a value cannot be used."),
)  # fmt: skip
def choose_network(app: TheApp, who: Administrator, asked: TrainingRequest) -> NetworkChoice:
    """The one that is named, else the one that suits the pictures, and why."""
    return asked.choice(app.files)


@router.post(
    "/runs/estimate", summary="Estimate a training's time and size",
    responses=_START,
)  # fmt: skip
def estimate_run(app: TheApp, who: Administrator, asked: TrainingRequest) -> TrainingEstimate:
    """How long it would take and how large its model would be. A trial takes some seconds."""
    return app.estimates.of(asked)


@router.get("/runs/{name}", summary="A training run", responses=_GONE)
def run(app: TheApp, who: Viewer, name: str) -> RunDetail:
    """Its state, and its curves up to the last finished epoch."""
    training, job = app.train, _jobs(app, [name]).get(name)
    run = training.run(name)
    asked = training.request(run)
    if run.request_file.is_file() and not run.exists:
        return for_visitor(run_detail(run, waiting_answer(run, asked, job), asked, None), who)
    run = Run.open(run.folder)
    registered = next((m.hash for m in app.registry.list() if m.run == name), None)
    return for_visitor(run_detail(run, run_answer(run, job), asked, registered), who)


@router.get(
    "/run-curves", summary="Training curves as a drawing", responses=_GONE,
)  # fmt: skip
def run_curves(
    app: TheApp,
    who: Viewer,
    name: Annotated[list[str], Query(min_length=1, max_length=_MOST_CURVES, description="The runs.")],
    figure: Annotated[Figure, Query(description="What is drawn of each run.")],
    language: Annotated[Language, Query(description="The language of its words and numbers.")] = "en",
) -> DrawnChart | None:
    """One run's on its training and validation pictures, or several runs' together; null: none is known."""
    runs = [app.train.run(one) for one in name]
    if len(runs) == 1:
        chart = run_chart(runs[0], figure.removeprefix("validation_"), language)
    else:
        chart = runs_chart(_by_title(runs), figure, language)
    return drawn_chart(chart) if chart else None


@router.post(
    "/runs/{name}/stop", summary="Stop training",
    responses=responses(_404="No such run.", _409="It is not trained by this server."),
)  # fmt: skip
def stop_run(app: TheApp, who: Administrator, name: str) -> JobAnswer:
    """Stop after the current step; everything up to the last finished epoch is kept."""
    app.train.run(name)
    job = _jobs(app, [name]).get(name)
    if job is None or job.state not in UNFINISHED:
        raise TrainingError(
            f"The run {name}",
            "is not being trained by this server",
            cure="Stop it with Ctrl-C where it was started.",
            reason="run-elsewhere",
        )
    _note(app, who, "training.stop", name)
    return job_answer(app.jobs.cancel(job.id), who)


@router.post(
    "/runs/{name}/resume", summary="Go on training", status_code=202,
    responses=_GONE | _START,
)  # fmt: skip
def resume_run(app: TheApp, who: Administrator, name: str, asked: ResumeRequest | None = None) -> JobAnswer:
    """Continue from the last finished epoch, as if it had never stopped."""
    finish = asked is not None and asked.finish
    job = app.train.resume(name, finish=finish, by=who.id)
    _note(app, who, "training.resume", name)
    return job_answer(job, who)


@router.patch("/runs/{name}", summary="Name a run", responses=_GONE)
def rename_run(app: TheApp, who: Administrator, name: str, asked: RenameRequest) -> RunDetail:
    """Give a run a title; its folder keeps its name."""
    app.train.rename(name, asked.title.strip())
    _note(app, who, "training.rename", name, title=asked.title.strip())
    return run(app, who, name)


@router.post(
    "/runs/{name}/register", summary="Register a run's model",
    responses=responses(_404="No such run.", _409="It has no model file.", _422="It cannot be used."),
)  # fmt: skip
def register_run(app: TheApp, who: Administrator, name: str) -> ModelEntry:
    """Register the run's model; a run that was started here is registered automatically."""
    file = app.train.model(name)
    model = app.model_switch.add(file, name=f"of the run {name}", origin=RUN, run=name, by=who.id)
    _note(app, who, "model.add", model.name, hash=model.hash, run=name)
    return model_entry(app.registry, model, app.registry.live())


@router.delete(
    "/runs/{name}", summary="Delete a run", status_code=204,
    responses=responses(_404="No such run.", _409="It is being trained."),
)  # fmt: skip
def delete_run(app: TheApp, who: Administrator, name: str) -> None:
    """Delete the run's folder with checkpoints, figures and report. A registered model stays."""
    job = _jobs(app, [name]).get(name)
    if job is not None and job.state in UNFINISHED:
        raise TrainingError(
            f"The run {name}", "is being trained", cure="Stop it first.", reason="run-in-training"
        )
    app.train.delete(name)
    _note(app, who, "training.delete", name)


@router.get(
    "/runs/{name}/report", summary="A run's report",
    response_class=HTMLResponse, responses=responses(_404="No such run, or it has no report."),
)  # fmt: skip
async def run_report(service: TheService, who: Viewer, name: str) -> Response:
    """The report page, shut off from everything else: it may run its own script and nothing more."""
    page = service.app.train.run(name).report_file
    hidden = of_improvement(name) and not who.administrator  # it shows pictures that people corrected
    if hidden or not page.is_file():
        raise NotHere(f"The run {name}", "has no report", cure="`tenfold evaluate` writes one.")
    return page_response(await service.threads.read(page.read_bytes))


def _by_title(runs: list[Run]) -> dict[str, Run]:
    """Runs by title; runs of the same title by name."""
    titles = [title_of_run(run) for run in runs]
    return {
        title if title and titles.count(title) == 1 else run.name: run
        for run, title in zip(runs, titles, strict=True)
    }


def _note(app: App, who: Visitor, action: Action, subject: str, **details: str) -> None:
    app.audit.note(who.id, action, subject, details, address=who.address)


def _jobs(app: App, runs: list[str]) -> dict[str, JobState]:
    """The last job of each run; that of a training on corrections, too."""
    records = app.jobs.records
    improved = app.improve.improvements.jobs_of(runs)
    standing = records.standing(list(improved.values()))
    found = {run: standing[job] for run, job in improved.items() if job in standing}
    return found | records.latest(TRAIN.kind, "run", runs)


def _network(one: KnownNetwork) -> NetworkAnswer:
    recipe = recipe_file.shipped(one.name)
    return NetworkAnswer.of(one, side=recipe.side, epochs=recipe.epochs, batch_size=recipe.batch_size)
