"""GET /api/v1/system: what this installation can do. Discloses nothing of use to an attacker."""

import importlib.util

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tenfold import __version__
from tenfold.observability.check import Check, Code, State
from tenfold.runtime.doctor import examine, of_services
from tenfold.web.answers import Answer
from tenfold.web.problems import Problem, remembered
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.service import TheApp, TheService

router = APIRouter(tags=["settings"], prefix="/api/v1/system")
INSTALL_TRAINING = "pip install 'tenfold[train]'"


class SystemAnswer(BaseModel):
    """What is installed."""

    version: str
    database: str = Field(description="sqlite or postgresql.")
    training: bool = Field(description="Whether the extra for training is installed.")
    install: str = Field(description="The one command that installs it.")
    parquet: bool = Field(description="Whether Parquet can be written.")


@router.get("", summary="What this installation can do")
def system(app: TheApp, who: Viewer) -> SystemAnswer:
    """The version and the optional parts."""
    return SystemAnswer(
        version=__version__,
        database="sqlite" if app.database.sqlite else "postgresql",
        training=importlib.util.find_spec("torch") is not None,
        install=INSTALL_TRAINING,
        parquet=importlib.util.find_spec("pyarrow") is not None,
    )


class WhyAnswer(Answer):
    """One reason for what was found."""

    code: str = Field(description="For programs; may be empty.")
    words: str = Field(description="In English.")
    problem: Problem | None = Field(description="Of an error all about it; else null.")


class CheckAnswer(Answer):
    """One thing that a server needs, and how it is."""

    name: str = Field(description="The first word is its kind: folder, disk, clock, database, camera.")
    state: State = Field(description="off: it is not used here.")
    code: Code = Field(description="What was found, for programs.")
    params: dict[str, str | int] = Field(description="The values that a text for the code names.")
    why: list[WhyAnswer] = Field(description="The reasons, where there are some.")
    words: str = Field(description="What was found, in English.")
    cure: str = Field(description="What to do about it, in English; may be empty.")


@router.get("/doctor", summary="Whether all that the server needs is as it should be")
async def doctor(service: TheService, who: Administrator) -> list[CheckAnswer]:
    """The database, the model, folders, disks, the clock, services, cameras, destinations."""
    found = await service.threads.load(lambda: [*examine(service.app)])
    return [_answer(one) for one in [*found, *of_services(service.supervisor.health())]]


def _answer(line: Check) -> CheckAnswer:
    why = [WhyAnswer.of(one, problem=remembered(one.problem)) for one in line.why]
    return CheckAnswer.of(line, why=why)
