"""Training runs in the API, filtered for the person. Knows no route."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from pydantic import Field, computed_field

from tenfold.evaluation.report.charts import Chart
from tenfold.jobs import FAILED, UNFINISHED
from tenfold.jobs.records import JobState
from tenfold.recipes import recipe_file
from tenfold.runs.run import RUNNING, STOPPED, Run
from tenfold.runs.stages import RunStage
from tenfold.web.answers import Answer
from tenfold.web.job_answers import TrainingFigures
from tenfold.web.problems import Problem, remembered
from tenfold.web.security.disclosure import answer_without_paths
from tenfold.web.security.visitor import Visitor
from tenfold.workflows.improve.folders import of_improvement
from tenfold.workflows.train.choose_network import DEFAULT
from tenfold.workflows.train.train_job import TrainingRequest

_CURVES = (
    "rate",
    "pictures_per_second",
    "seconds",
    "seconds_left",
    *(
        f"{before}{name}"
        for before in ("", "validation_")
        for name in ("loss", "accuracy", "precision", "recall")
    ),
)
R = TypeVar("R", bound="RunAnswer")


class RunAnswer(Answer):
    """A training run."""

    name: str
    title: str = Field(description="What people call it; empty: nobody named it.")
    network: str
    data: str = Field(
        validation_alias="source",
        description="cifar10, or where the pictures are: administrators see the path, others its last part.",
    )
    state: Literal["waiting", "running", "finished", "stopped", "failed"] = Field(
        description="waiting: another training has the turn. running: from its start, before any epoch ended."
    )
    epochs: int = Field(validation_alias="done", description="How many are finished.")
    epochs_planned: int = Field(validation_alias="planned")
    best_epoch: int | None = Field(description="The one with the highest validation accuracy.")
    kept_epoch: int | None = Field(description="The one whose weights the model has, once there is a model.")
    best_validation_accuracy: float | None
    test_accuracy: float | None
    seconds: float = Field(description="How long it trained.")
    seconds_left: float | None = Field(description="An estimate; null where it is not running.")
    changed_at: datetime | None
    model: bool = Field(validation_alias="has_model", description="Whether there is a model file.")
    report: bool = Field(validation_alias="has_report", description="Whether there is a report page.")
    job: str | None = Field(description="The last job that trained it here, if there was one.")
    now: TrainingFigures | None = Field(description="What it is doing; null where it is not running.")
    problem: Problem | None = Field(description="Why it failed, where that is known; for administrators.")

    @computed_field(description="Whether it was interrupted and can be resumed; not of an improvement.")  # type: ignore[prop-decorator]
    @property
    def resumable(self) -> bool:
        return self.state in ("stopped", "failed") and not of_improvement(self.name)


class LegendKey(Answer):
    style: str = Field(description="The class of its lines in the drawing.")
    name: str


class DrawnChart(Answer):
    """A chart, as reports have it."""

    title: str
    svg: str = Field(description="The drawing; its colours are the style sheet's.")
    legend: list[LegendKey]


class RunDetail(RunAnswer):
    """A training run with all that its folder holds; what names folders is for administrators."""

    recipe: dict[str, Any]
    environment: dict[str, Any]
    facts: dict[str, Any] = Field(
        description="Of the data: classes, how many pictures, the fingerprint. Of a training on corrections "
        "they are for administrators."
    )
    epoch: list[int] = Field(description="The finished epochs' numbers.")
    curves: dict[str, list[float | None]] = Field(description="A figure of each finished epoch, by its name.")
    registered: str | None = Field(description="The hash under which its model is registered.")
    output: str = Field(description="The last that training printed; for administrators.")


def drawn_chart(chart: Chart) -> DrawnChart:
    return DrawnChart.of(chart, svg=chart.svg())


def waiting_answer(run: Run, request: TrainingRequest | None, job: JobState | None) -> RunAnswer:
    """A run that has no figures yet."""
    asked = request or TrainingRequest(network=DEFAULT)
    state = job.state if job is not None and job.state in ("waiting", RUNNING, FAILED) else STOPPED
    return RunAnswer.of(
        run, title=run.title or asked.name, network=asked.network, data=asked.data, epochs=0,
        epochs_planned=asked.epochs or recipe_file.shipped(asked.network).epochs, best_epoch=None,
        best_validation_accuracy=None, seconds_left=None,
        changed_at=job.created_at if job else None, **_standing(run, state, job),
    )  # fmt: skip


def run_answer(run: Run, job: JobState | None) -> RunAnswer:
    """A run that has figures."""
    best, left = run.best, run.curve("seconds_left")
    state = run.state
    if job is not None and job.state in UNFINISHED:
        # The model file and the report are part of the run.
        state = job.state if state != RUNNING else RUNNING
    elif job is not None and job.state == FAILED and state == STOPPED:
        state = FAILED
    return RunAnswer.of(
        run,
        title=title_of_run(run),
        best_epoch=best.epoch if best else None,
        best_validation_accuracy=best.accuracy if best else None,
        seconds_left=left[-1] if left and state == RUNNING else None,
        changed_at=datetime.fromtimestamp(run.changed, UTC),
        **_standing(run, state, job),
    )


def run_detail(
    run: Run, answer: RunAnswer, request: TrainingRequest | None, registered: str | None
) -> RunDetail:
    """`answer` with all that the run's folder holds.

    Args:
        request: what was asked for: the recipe of a run that has none yet.
        registered: the hash of its model, if it is registered.
    """
    curves = {figure: run.curve(figure) for figure in _CURVES}
    return RunDetail(
        **answer.model_dump(),
        recipe=run.recipe or (vars(request) if request else {}),
        environment=run.environment,
        facts=run.data,
        epoch=[int(row["epoch"]) for row in run.epochs],
        curves={figure: curve for figure, curve in curves.items() if any(v is not None for v in curve)},
        registered=registered,
        output=run.output(),
    )


def title_of_run(run: Run) -> str:
    """Its title, or the name requested at its start; may be empty."""
    return run.title or str(run.request.get("name") or "")


def for_visitor(run: R, who: Visitor) -> R:
    """`run` as `who` may see it."""
    if who.administrator:
        return run
    told = answer_without_paths(run)
    told.problem = None
    if isinstance(told, RunDetail):
        told.output = ""
        if of_improvement(told.name):  # it names classes that people use for their private pictures
            told.facts = {}
    return told


def _standing(run: Run, state: str, job: JobState | None) -> dict[str, Any]:
    """Its state and job, its present step, and why it failed."""
    now = RunStage.read(run) if state == RUNNING else None
    problem = job.problem if job is not None and state == FAILED else None
    return {
        "state": state,
        "job": job.id if job else None,
        "now": TrainingFigures.model_validate(asdict(now)) if now else None,
        "problem": remembered(problem),
    }
