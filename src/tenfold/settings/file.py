"""Changes settings in tenfold.toml, with everything else in the file left as it is. Knows no one setting.

What is changed holds from the next start on: settings are read once.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from tenfold import settings
from tenfold.errors import SettingError
from tenfold.files import private_mode, replacing
from tenfold.os_errors import refused
from tenfold.paths import Home


def place(home: Path, environ: Mapping[str, str] | None = None) -> Path:
    """The file that settings are written to: the one that they are read from, or tenfold.toml in home."""
    environ = os.environ if environ is None else environ
    named = environ.get(settings.CONFIG_VARIABLE, "").strip()
    return settings.expanded(named, settings.CONFIG_VARIABLE) if named else Home(home).settings


def change(file: Path, values: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> None:
    """Write settings into `file`; None takes one out, so that its default holds.

    Raises:
        SettingError: there is no such setting, its value cannot be used, a variable goes before the file, or
            the file cannot be written. Then nothing is changed.
    """
    environ = os.environ if environ is None else environ
    described = {one.name: one for one in settings.describe()}
    try:
        document = (
            tomlkit.parse(file.read_text(encoding="utf-8-sig")) if file.is_file() else tomlkit.document()
        )
    except (OSError, ValueError, TOMLKitError) as reason:
        raise SettingError(
            str(file), "cannot be changed", received=str(reason), cure="Correct the file by hand."
        ) from reason
    for name, value in values.items():
        if name not in described:
            raise SettingError(name, "is not a setting", cure=f"The settings are {', '.join(described)}.")
        if name == "home":
            raise SettingError(
                name,
                "cannot be set in the file, which lies in it",
                cure=f"Set {described[name].env} where tenfold is started.",
                reason="setting-from-environment",
                params={"name": name, "variable": described[name].env},
            )
        if environ.get(described[name].env, "").strip():
            raise SettingError(
                name,
                f"is set by {described[name].env}, which goes before the file",
                cure="Change or remove the variable where tenfold is started.",
                reason="setting-from-environment",
                params={"name": name, "variable": described[name].env},
            )
        if value is None:
            document.pop(name, None)
        else:
            document[name] = value
    _write(file, tomlkit.dumps(document), environ)


def _write(file: Path, text: str, environ: Mapping[str, str]) -> None:
    """Put the text in its place if settings can be read from it."""
    try:
        with replacing(
            file, mode=private_mode(file.parent)
        ) as part:  # it may hold the password of a database
            part.write_text(text, encoding="utf-8")
            try:
                settings.load(environ, part)
            except SettingError as reason:
                raise reason.about(reason.subject.removesuffix(f" in {part}")) from reason
    except OSError as reason:
        cure = "Give tenfold the right to write there, or edit it by hand."
        raise refused(SettingError, str(file), reason, "cannot be written", cure=cure) from reason
