"""/api/v1/runs: starts, shows, stops and resumes training; and the networks that can be trained."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from tenfold.accounts.audit import Action
from tenfold.accounts.roles import ADMINISTRATOR
from tenfold.errors import TrainingError
from tenfold.evaluation.report.curves import Figure, Language, run_chart, runs_chart
from tenfold.jobs import UNFINISHED
from tenfold.jobs.records import JobState
from tenfold.models.registry import RUN
from tenfold.networks.listing import NETWORKS, KnownNetwork
from tenfold.recipes import recipe_file
from tenfold.runs.run import LONGEST_TITLE, Run
from tenfold.web.answers import Answer
from tenfold.web.api.v1.models.models import ModelEntry, model_entry
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.pages import page_response
from tenfold.web.problems import responses
from tenfold.web.request_errors import NotHere
from tenfold.web.run_answers import (
    DrawnChart,
    LegendKey,
    RunAnswer,
    RunDetail,
    for_visitor,
    run_answer,
    run_detail,
    title_of_run,
    waiting_answer,
)
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import WebService, service_of
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
    _422="A value cannot be used.",
    _501="The extra for training is not installed; the message says how to.",
)


@router.get("/networks", operation_id="networks", summary="The networks that can be trained")
def networks(who: Viewer) -> NetworksAnswer:
    """Each with its source, and what its recipe says."""
    return NetworksAnswer(networks=[_network(one) for one in NETWORKS])


@router.get("/runs", operation_id="runs", summary="The training runs")
def list_runs(request: Request, who: Viewer) -> RunsAnswer:
    """All runs, of the page and of the command line."""
    service = service_of(request)
    not_started, started = service.app.train.not_started(), service.app.train.found()
    jobs = _jobs(service, [run.name for run in not_started + started])
    waiting = [waiting_answer(run, service.app.train.request(run), jobs.get(run.name)) for run in not_started]
    found = waiting + [run_answer(run, jobs.get(run.name)) for run in started]
    return RunsAnswer(runs=[for_visitor(one, who) for one in found])


@router.post(
    "/runs", operation_id="begin_run", summary="Train a network", status_code=202,
    responses=_START | responses(_404="There is no such model or run to start from."),
)  # fmt: skip
def begin(request: Request, who: Administrator, asked: TrainingRequest) -> JobAnswer:
    """Start training in the background; its model is registered at the end."""
    service = service_of(request)
    train = service.app.train
    name, job = train.start(asked, datetime.now(), by=who.id)
    network = (train.request(train.run(name)) or asked).network
    _note(service, who, "training.begin", name, network=network, data=asked.data)
    return job_answer(job, who)


@router.post(
    "/runs/network", operation_id="choose_network", summary="The network that a training takes",
    responses=responses(_422="The data cannot be read, or a value cannot be used."),
)  # fmt: skip
def choose(request: Request, who: Administrator, asked: TrainingRequest) -> NetworkChoice:
    """The one that is named, else the one that suits the pictures, and why."""
    return asked.choice(service_of(request).app.files)


@router.post(
    "/runs/estimate", operation_id="estimate_run", summary="Estimate a training's time and size",
    responses=_START,
)  # fmt: skip
def estimate(request: Request, who: Administrator, asked: TrainingRequest) -> TrainingEstimate:
    """How long it would take and how large its model would be. A trial takes some seconds."""
    return service_of(request).app.estimates.of(asked)


@router.get("/runs/{name}", operation_id="run", summary="A training run", responses=_GONE)
def read(request: Request, who: Viewer, name: str) -> RunDetail:
    """Its state, and its curves up to the last finished epoch."""
    service = service_of(request)
    training, job = service.app.train, _jobs(service, [name]).get(name)
    run = training.run(name)
    asked = training.request(run)
    if run.request_file.is_file() and not run.exists:
        return for_visitor(run_detail(run, waiting_answer(run, asked, job), asked, None), who)
    run = Run.open(run.folder)
    registered = next((m.hash for m in service.app.registry.list() if m.run == name), None)
    return for_visitor(run_detail(run, run_answer(run, job), asked, registered), who)


@router.get(
    "/run-curves", operation_id="run_curves", summary="Training curves as a drawing", responses=_GONE,
)  # fmt: skip
def curves(
    request: Request,
    who: Viewer,
    name: Annotated[list[str], Query(min_length=1, max_length=_MOST_CURVES, description="The runs.")],
    figure: Annotated[Figure, Query(description="What is drawn of each run.")],
    language: Annotated[Language, Query(description="The language of its words and numbers.")] = "en",
) -> DrawnChart | None:
    """One run's on its training and validation pictures, or several runs' together; null: none is known."""
    runs = [service_of(request).app.train.run(one) for one in name]
    if len(runs) == 1:
        chart = run_chart(runs[0], figure.removeprefix("validation_"), language)
    else:
        chart = runs_chart(_by_title(runs), figure, language)
    if chart is None:
        return None
    return DrawnChart(title=chart.title, svg=chart.svg(), legend=[LegendKey.of(key) for key in chart.legend])


@router.post(
    "/runs/{name}/stop", operation_id="stop_run", summary="Stop training",
    responses=responses(_404="No such run.", _409="It is not trained by this server."),
)  # fmt: skip
def stop(request: Request, who: Administrator, name: str) -> JobAnswer:
    """Stop after the current step; everything up to the last finished epoch is kept."""
    service = service_of(request)
    service.app.train.run(name)
    job = _jobs(service, [name]).get(name)
    if job is None or job.state not in UNFINISHED:
        raise TrainingError(
            f"The run {name}",
            "is not being trained by this server",
            cure="Stop it with Ctrl-C where it was started.",
            reason="run-elsewhere",
        )
    _note(service, who, "training.stop", name)
    return job_answer(service.app.jobs.cancel(job.id), who)


@router.post(
    "/runs/{name}/resume", operation_id="resume_run", summary="Go on training", status_code=202,
    responses=_GONE | _START,
)  # fmt: skip
def resume(request: Request, who: Administrator, name: str, asked: ResumeRequest | None = None) -> JobAnswer:
    """Continue from the last finished epoch, as if it had never stopped."""
    service = service_of(request)
    finish = asked is not None and asked.finish
    job = service.app.train.resume(name, finish=finish, by=who.id)
    _note(service, who, "training.resume", name)
    return job_answer(job, who)


@router.patch("/runs/{name}", operation_id="rename_run", summary="Name a run", responses=_GONE)
def rename(request: Request, who: Administrator, name: str, asked: RenameRequest) -> RunDetail:
    """Give a run a title; its folder keeps its name."""
    service = service_of(request)
    service.app.train.rename(name, asked.title.strip())
    _note(service, who, "training.rename", name, title=asked.title.strip())
    return read(request, who, name)


@router.post(
    "/runs/{name}/register", operation_id="register_run", summary="Register a run's model",
    responses=responses(_404="No such run.", _409="It has no model file.", _422="It cannot be used."),
)  # fmt: skip
def register(request: Request, who: Administrator, name: str) -> ModelEntry:
    """Register the run's model; a run that was started here is registered automatically."""
    app = service_of(request).app
    file = app.train.model(name)
    model = app.model_switch.add(file, name=f"of the run {name}", origin=RUN, run=name, by=who.id)
    _note(service_of(request), who, "model.add", model.name, hash=model.hash, run=name)
    return model_entry(app.registry, model, app.registry.live())


@router.delete(
    "/runs/{name}", operation_id="delete_run", summary="Delete a run", status_code=204,
    responses=responses(_404="No such run.", _409="It is being trained."),
)  # fmt: skip
def delete(request: Request, who: Administrator, name: str) -> None:
    """Delete the run's folder with checkpoints, figures and report. A registered model stays."""
    service = service_of(request)
    job = _jobs(service, [name]).get(name)
    if job is not None and job.state in UNFINISHED:
        raise TrainingError(
            f"The run {name}", "is being trained", cure="Stop it first.", reason="run-in-training"
        )
    service.app.train.delete(name)
    _note(service, who, "training.delete", name)


@router.get(
    "/runs/{name}/report", operation_id="run_report", summary="A run's report",
    response_class=HTMLResponse, responses=responses(_404="No such run, or it has no report."),
)  # fmt: skip
async def report(request: Request, who: Viewer, name: str) -> Response:
    """The report page, shut off from everything else: it may run its own script and nothing more."""
    service = service_of(request)
    page = service.app.train.run(name).report_file
    hidden = of_improvement(name) and who.role != ADMINISTRATOR  # it shows pictures that people corrected
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


def _note(service: WebService, who: Visitor, action: Action, subject: str, **details: str) -> None:
    service.app.audit.note(who.id, action, subject, details, address=who.address)


def _jobs(service: WebService, runs: list[str]) -> dict[str, JobState]:
    """The last job of each run; that of a training on corrections, too."""
    records = service.app.jobs.records
    improved = service.app.improve.improvements.jobs_of(runs)
    standing = records.standing(list(improved.values()))
    found = {run: standing[job] for run, job in improved.items() if job in standing}
    return found | records.latest(TRAIN.kind, "run", runs)


def _network(one: KnownNetwork) -> NetworkAnswer:
    recipe = recipe_file.shipped(one.name)
    return NetworkAnswer.of(one, side=recipe.side, epochs=recipe.epochs, batch_size=recipe.batch_size)
