"""Reads settings: a TENFOLD_* variable goes before the TOML file, the file before the default.

Knows where each value was stated. Does not know any one setting, except that the file lies in home.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_settings import EnvSettingsSource

from tenfold.errors import SettingError
from tenfold.os_errors import refused
from tenfold.parsing import from_toml
from tenfold.paths import Home
from tenfold.settings.model import IS_PATH, Settings, default_home, expanded, variable

CONFIG_VARIABLE = "TENFOLD_CONFIG"
# Settings of earlier versions; files that still hold them are read.
_GONE = ("batch_wait_ms",)


class _Given(NamedTuple):
    """A stated value, where it comes from (a variable, a file), and how messages name it."""

    value: Any
    origin: str
    subject: str


def load(environ: Mapping[str, str] | None = None, file: str | os.PathLike[str] | None = None) -> Settings:
    """The settings of this machine; raises SettingError.

    Args:
        environ: where TENFOLD_* variables are looked up; None: the process's environment.
        file: a TOML file, which must then exist. None: TENFOLD_CONFIG, else tenfold.toml in home where
            there is one.
    """
    given = _given(environ, file)
    try:
        return Settings(**{name: one.value for name, one in given.items()})
    except SettingError as error:
        if error.subject in given:
            error = error.about(given[error.subject].subject)
        raise error from None


def origins(
    environ: Mapping[str, str] | None = None, file: str | os.PathLike[str] | None = None
) -> dict[str, str]:
    """Where `load` takes each setting from: the variable's name, the file's path, or "default"."""
    given = _given(environ, file)
    return {name: given[name].origin if name in given else "default" for name in Settings.model_fields}


class _Variables(EnvSettingsSource):
    """The variables of an environment; an empty one counts as not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Settings)
        self.env_vars = {name.lower(): text.strip() for name, text in environ.items() if text.strip()}


def _given(environ: Mapping[str, str] | None, file: str | os.PathLike[str] | None) -> dict[str, _Given]:
    """The settings that a variable or the file states."""
    environ = os.environ if environ is None else environ
    stated = {
        name: _Given(value, variable(name), variable(name)) for name, value in _Variables(environ)().items()
    }
    named = file or environ.get(CONFIG_VARIABLE, "").strip()
    home = _Given(default_home(environ), "default", "home")
    if named:
        path = expanded(named, CONFIG_VARIABLE)
    else:
        path = Home(expanded(stated.get("home", home).value, variable("home"))).settings
    in_file = _from_file(path) if named or path.is_file() else {}
    return {"home": home} | in_file | stated


def _from_file(path: Path) -> dict[str, _Given]:
    try:
        stated = from_toml(path.read_bytes())
    except UnicodeDecodeError:
        raise SettingError(str(path), "is not valid TOML", received="it is not UTF-8 text") from None
    except ValueError as error:
        raise SettingError(
            str(path), "is not valid TOML", received=str(error), cure="Correct that line."
        ) from None
    except OSError as error:
        cure = f"Check the path, or unset {CONFIG_VARIABLE}."
        raise refused(SettingError, str(path), error, "cannot be read", cure=cure) from None
    return {
        name: _Given(_from(path, name, value), str(path), f"{name} in {path}")
        for name, value in stated.items()
        if name not in _GONE
    }


def _from(path: Path, name: str, value: Any) -> Any:
    """A value of the file; a relative path in it is relative to the file."""
    one = Settings.model_fields.get(name)
    if one is None or IS_PATH not in one.metadata or not isinstance(value, str) or not value:
        return value
    return str(path.parent / expanded(value, f"{name} in {path}"))
