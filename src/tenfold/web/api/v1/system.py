"""GET /api/v1/system: what this installation can do. Discloses nothing of use to an attacker."""

import importlib.util

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from tenfold import __version__
from tenfold.web.security.access import Viewer
from tenfold.web.service import service_of

router = APIRouter(tags=["settings"], prefix="/api/v1/system")
INSTALL_TRAINING = "pip install 'tenfold[train]'"


class SystemAnswer(BaseModel):
    """What is installed."""

    version: str
    database: str = Field(description="sqlite or postgresql.")
    training: bool = Field(description="Whether the extra for training is installed.")
    install: str = Field(description="The one command that installs it.")
    parquet: bool = Field(description="Whether Parquet can be written.")


@router.get("", operation_id="system", summary="What this installation can do")
def system(request: Request, who: Viewer) -> SystemAnswer:
    """The version and the optional parts."""
    return SystemAnswer(
        version=__version__,
        database="sqlite" if service_of(request).app.database.sqlite else "postgresql",
        training=importlib.util.find_spec("torch") is not None,
        install=INSTALL_TRAINING,
        parquet=importlib.util.find_spec("pyarrow") is not None,
    )
