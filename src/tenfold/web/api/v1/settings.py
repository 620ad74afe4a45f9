"""GET and PUT /api/v1/settings: every setting, where it comes from, and changing it for the next start."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tenfold import settings
from tenfold.settings import file as configuring
from tenfold.web.answers import Answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator
from tenfold.web.service import TheService, WebService, stated

router = APIRouter(tags=["settings"], prefix="/api/v1/settings")


class SettingAnswer(Answer):
    """One setting."""

    name: str
    env: str = Field(description="The environment variable that sets it, and goes before the file.")
    help: str
    default: str = Field(description="In words where it depends on the machine.")
    value: str | int = Field(description="The current value. A secret is not shown.")
    next: str | int = Field(description="The value from the next start on.")
    origin: str = Field(description="default, file or the name of a variable.")
    changeable: bool = Field(description="Whether it can be changed here.")
    choices: list[str]
    least: int | None
    most: int | None


class SettingsAnswer(BaseModel):
    """All settings, in their order."""

    file: str = Field(description="Where changes are written.")
    restart: bool = Field(description="Whether a change takes effect only at the next start.")
    settings: list[SettingAnswer]


class SettingsChange(BaseModel):
    """Settings to change, by name; null brings a default back."""

    values: dict[str, str | int | None]


@router.get("", operation_id="settings", summary="Every setting")
def read(service: TheService, who: Administrator) -> SettingsAnswer:
    """Every setting, with its help and where its value comes from. They name folders and machines."""
    return _answer(service)


@router.put(
    "",
    summary="Change settings for the next start",
    responses=responses(_422="There is no such setting, or the value cannot be used; nothing was changed."),
)
def change_settings(service: TheService, who: Administrator, asked: SettingsChange) -> SettingsAnswer:
    """Write settings into the file that they are read from. They hold from the next start on."""
    configuring.change(configuring.place(service.app.home.folder), asked.values)
    service.app.audit.note(who.id, "settings", ", ".join(sorted(asked.values)))
    return _answer(service)


def _answer(service: WebService) -> SettingsAnswer:
    now = service.settings
    file = configuring.place(now.home)
    later, origins = stated(now.home), settings.origins(file=file if file.is_file() else None)
    # Options of the command line hold now, but do not change the file.
    changed = {name for name in origins if getattr(later, name) != getattr(service.stated, name)}
    rows = []
    for one in settings.describe():
        origin = origins[one.name]
        value = _shown(one, getattr(now, one.name))
        rows.append(
            SettingAnswer.of(
                one,
                value=value,
                next=_shown(one, getattr(later, one.name)) if one.name in changed else value,
                origin="file" if origin == str(file) else origin,
                changeable=one.name != "home" and origin != one.env,
                choices=list(one.choices),
            )
        )
    return SettingsAnswer(file=str(file), restart=bool(changed), settings=rows)


def _shown(one: settings.Described, value: Any) -> str | int:
    if one.secret and value:
        return "(set)"
    return value if isinstance(value, int) else str(value)
