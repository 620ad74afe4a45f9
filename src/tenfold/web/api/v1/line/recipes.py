"""/api/v1/recipes: what passes on a line, in versions, of which only approved ones run."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from tenfold.database.names import LONGEST_NAME
from tenfold.line.recipe import MOST_CELLS
from tenfold.line.stations.recipes import MOST_NUMBER
from tenfold.line.stations.tables import RecipeRow, RecipeVersionRow
from tenfold.runtime import App
from tenfold.web.answers import Answer
from tenfold.web.api.v1.cameras.cameras import PLAIN, ClassName, Share
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator, Operator, Viewer
from tenfold.web.service import TheApp
from tenfold.workflows.line.prove_job import PROVE, ProofFacts, ProveParams

router = APIRouter(prefix="/api/v1/recipes", tags=["line"])

Number = Annotated[int, InPath(ge=1, le=2**63 - 1, description="The recipe's number in this list: its id.")]
Version = Annotated[int, InPath(ge=1, le=2**31 - 1)]
Box = Annotated[
    list[Share],
    Field(min_length=4, max_length=4, description="Left, top, width and height, in parts of the picture."),
]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=PLAIN)]
Cells = Annotated[int, Field(ge=1, le=MOST_CELLS)]
_NONE = responses(_404="There is no such recipe, or no such version of it.")
_MOST_REGIONS = 32


class RegionBody(BaseModel):
    """A part of the picture, and what has to be there: "cap", "label"."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    name: Name
    box: Box
    accepts: list[ClassName] = Field(min_length=1, max_length=1000, description="Classes that pass.")
    grid: Annotated[list[Cells], Field(min_length=2, max_length=2)] = Field(
        [1, 1], description="Columns and rows of equal cells, each of which is judged."
    )
    count: int | None = Field(
        None, ge=0, le=MOST_CELLS, description="How many cells have to hold an accepted class. Null: all."
    )


class RecipeRequest(BaseModel):
    name: Name
    number: int | None = Field(
        None, ge=1, le=MOST_NUMBER, description="As the plant knows it. Null: the next one that is free."
    )
    barcode: str = Field("", max_length=100, pattern=PLAIN)


class VersionRequest(BaseModel):
    model: str = Field(min_length=1, max_length=200, description="A model's hash or name.")
    regions: list[RegionBody] = Field(min_length=1, max_length=_MOST_REGIONS)
    least: Share = Field(0.6, description="Confidence below which an answer is unsure.")
    none_of_these: Literal["reject", "divert"] = Field(
        "reject", description="For a part that the model finds to be none of its classes."
    )
    unsure: Literal["reject", "divert"] = "reject"
    deadline: float | None = Field(
        None, gt=0, le=60, description="Seconds from the trigger to the release. Null: the station's."
    )
    note: str = Field("", max_length=2000)


class ProofRequest(BaseModel):
    station: int = Field(ge=1, le=2**63 - 1, description="The station whose recorded parts are judged again.")
    last: int = Field(2000, ge=1, le=1_000_000, description="At most this many parts, the newest first.")
    model: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="A model's hash or name, in place of the version's. Null: its own.",
    )


class VersionAnswer(Answer):
    """A version of a recipe. It never changes; it is approved or not."""

    version: int
    model_hash: str
    regions: list[RegionBody]
    least: float
    none_of_these: Literal["reject", "divert"]
    unsure: Literal["reject", "divert"]
    deadline: float | None
    note: str
    added_at: datetime
    added_by: int
    approved_at: datetime | None
    approved_by: int | None
    proof: ProofFacts | None = Field(description="The last proof on recorded parts. Null: it was not proven.")


class RecipeAnswer(Answer):
    """A product that a line makes."""

    id: int
    name: str
    number: int = Field(description="As the plant knows it.")
    barcode: str
    added_at: datetime
    runs: int | None = Field(description="The version that runs: the highest approved one. Null: none.")
    latest: int | None = Field(description="The highest version, approved or not. Null: there is none.")


@router.get("", summary="List recipes")
def recipes(app: TheApp, who: Viewer) -> list[RecipeAnswer]:
    """By the plant's number."""
    return [_answer(app, row) for row in app.recipes.all()]


@router.post(
    "",
    summary="Add a recipe",
    status_code=201,
    responses=responses(_422="The number or the barcode is that of another recipe."),
)
def add_recipe(app: TheApp, who: Administrator, asked: RecipeRequest) -> RecipeAnswer:
    """It has no version yet."""
    row = app.recipes.add(asked.name, by=who.id, number=asked.number, barcode=asked.barcode)
    app.audit.note(who.id, "recipe.add", row.name, {"number": row.number}, address=who.address)
    return _answer(app, row)


@router.delete("/{number}", summary="Remove a recipe", responses=_NONE)
def remove_recipe(app: TheApp, who: Administrator, number: Number) -> RecipeAnswer:
    """Stations that make it reject all parts from now on."""
    row = app.recipes.get(number)
    answer = _answer(app, row)
    app.recipes.remove(number)
    app.audit.note(who.id, "recipe.remove", row.name, {}, address=who.address)
    app.running_stations.wake()
    return answer


@router.get("/{number}/versions", summary="A recipe's versions", responses=_NONE)
def recipe_versions(app: TheApp, who: Viewer, number: Number) -> list[VersionAnswer]:
    """The newest first."""
    return [VersionAnswer.of(one) for one in app.recipes.versions(number)]


@router.post(
    "/{number}/versions",
    summary="Add a version",
    status_code=201,
    responses=_NONE | responses(_400="The model cannot answer what the recipe asks."),
)
def add_recipe_version(
    app: TheApp, who: Administrator, number: Number, asked: VersionRequest
) -> VersionAnswer:
    """It runs once it is approved."""
    model = app.registry.find(asked.model)
    values: dict[str, Any] = asked.model_dump(exclude={"model"})
    row: RecipeVersionRow = app.recipes.add_version(
        number, by=who.id, model_hash=model.hash, classes=app.registry.info(model.hash).labels, **values
    )
    name = app.recipes.get(number).name
    app.audit.note(who.id, "recipe.version", name, {"version": row.version}, address=who.address)
    return VersionAnswer.of(row)


@router.post(
    "/{number}/versions/{version}/prove",
    summary="Prove a version on recorded parts",
    status_code=202,
    responses=responses(
        _400="The model does not know a class that passes.",
        _404="There is no such version, station or model, or the station has not run yet.",
    ),
)
def prove_recipe_version(
    app: TheApp, who: Operator, number: Number, version: Version, asked: ProofRequest
) -> JobAnswer:
    """Judge the recorded parts of a station again in the background, whether the version is approved or not.

    The proof is kept with the version when the job ends, in place of an earlier one. By another model than
    the version's it is the job's result alone: add a version with that model where it is better.
    """
    model = None if asked.model is None else app.registry.find(asked.model).hash
    params = ProveParams(station=asked.station, recipe=number, version=version, last=asked.last, model=model)
    name = app.prove.check(params).name
    facts = {"version": version, "station": asked.station} | ({"model": model} if model else {})
    app.audit.note(who.id, "recipe.prove", name, facts, address=who.address)
    title = f"Prove version {version} of {name}"
    key = f"{PROVE.kind} {number} {version} {model or ''}"
    return job_answer(app.jobs.submit(PROVE, params, title=title, by=who.id, key=key), who)


@router.post("/{number}/versions/{version}/approve", summary="Approve a version", responses=_NONE)
def approve_recipe_version(
    app: TheApp, who: Administrator, number: Number, version: Version
) -> VersionAnswer:
    """It runs from now on, where no higher one is approved. Who approved it first stays."""
    row = app.recipes.approve(number, version, by=who.id)
    facts = {"version": version, "proven": row.proof is not None}
    app.audit.note(who.id, "recipe.approve", app.recipes.get(number).name, facts, address=who.address)
    app.running_stations.wake()
    return VersionAnswer.of(row)


def _answer(app: App, row: RecipeRow) -> RecipeAnswer:
    found = app.recipes.versions(row.id)
    runs = max((one.version for one in found if one.approved_at is not None), default=None)
    return RecipeAnswer.of(row, runs=runs, latest=found[0].version if found else None)
