"""Every setting: its name, default, bounds and help; from TENFOLD_* variables and a TOML file.

A variable goes before the file, the file before the default. Knows nothing of what the settings are for.
"""

import difflib
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

from tenfold.errors import SettingError
from tenfold.paths import Home

CONFIG_VARIABLE = "TENFOLD_CONFIG"
# Stands for "not set" until __post_init__ has put the machine's default in its place.
_UNSET = Path()
# Between the name and the machine in a URL.
_PASSWORD = re.compile(r"(://[^:/]*:).*(@)")
# Of the largest size, where no setting says how much memory uploads may take.
_PICTURES_IN_MEMORY = 20
_HOME = "The folder that tenfold keeps its things in"


class Described(NamedTuple):
    """One setting as the reference shows it; `default` is in words where it depends on the machine."""

    name: str
    env: str
    default: str
    help: str


def default_home(environ: Mapping[str, str] | None = None) -> Path:
    """The platform's folder for a user's data."""
    environ = os.environ if environ is None else environ
    if sys.platform == "win32":
        return _expanded(environ.get("LOCALAPPDATA") or "~/AppData/Local", _HOME) / "tenfold"
    if sys.platform == "darwin":
        return _expanded("~/Library/Application Support/tenfold", _HOME)
    return _expanded(environ.get("XDG_DATA_HOME") or "~/.local/share", _HOME) / "tenfold"


def _number(default: int, bounds: tuple[int, int], explained: str) -> Any:
    """The field of a whole number between two bounds."""
    return field(default=default, metadata={"help": explained, "range": bounds})


# Settings of earlier versions; files that still hold them are read.
_GONE = ("batch_wait_ms",)


@dataclass(frozen=True)
class Settings:
    """What can be set. Made by `load`; a test or a program may also make one with keyword arguments."""

    home: Path = field(
        default=_UNSET,
        metadata={
            "help": "The folder for all that tenfold keeps: data, models, training runs, and tenfold.toml.",
            "shown": "~/.local/share/tenfold (Linux), ~/Library/Application Support/tenfold (macOS), "
            "%LOCALAPPDATA%\\tenfold (Windows)",
        },
    )
    data_dir: Path = field(
        default=_UNSET,
        metadata={
            "help": "The folder for training data. One that holds cifar-10-batches-bin is used as it is.",
            "shown": "the folder data in home",
        },
    )
    model: str = field(
        default="",
        metadata={"help": "The model file to use. Empty: the one that comes with tenfold.", "path": True},
    )
    host: str = field(
        default="127.0.0.1",
        metadata={
            "help": "The address that `tenfold serve` listens on. 0.0.0.0 lets other machines in; then "
            "everybody has to sign in."
        },
    )
    port: int = _number(8000, (0, 65_535), "The port that `tenfold serve` listens on. 0 takes any free one.")
    allowed_hosts: str = field(
        default="",
        metadata={
            "help": "Further names that the server answers to, separated by commas, such as "
            "pictures.example.org: those under which a proxy hands requests on. IP addresses, localhost and "
            "this machine's own name need not be named."
        },
    )
    trusted_proxies: str = field(
        default="",
        metadata={
            "help": "The addresses or networks of proxies, separated by commas, that are believed when they "
            "say (X-Forwarded-For, X-Forwarded-Proto) where a request came from and that it came by https. "
            "Empty: none is."
        },
    )
    session_idle_minutes: int = _number(
        480, (1, 100_000), "Whoever has not used the page for so many minutes has to sign in again."
    )
    session_hours: int = _number(
        168, (1, 10_000), "So many hours after signing in, one has to sign in again in any case."
    )
    database_url: str = field(
        default="",
        repr=False,  # it may hold a password, and settings are printed
        metadata={
            "help": "Where the tables are: postgresql://name:password@host/database, or "
            "sqlite:////folder/tenfold.db. Empty: tenfold.db in home.",
            "secret": True,
        },
    )
    database_password_file: str = field(
        default="",
        metadata={
            "help": "A file whose first line is the password for database_url, such as a container's secret. "
            "Empty: the password, where there is one, is in database_url.",
            "path": True,
        },
    )
    upgrade_backup: str = field(
        default="yes",
        metadata={
            "help": "Whether the database is copied into the folder backups in home before a newer tenfold "
            "changes its tables: yes, or no where you do that yourself.",
            "choices": ("yes", "no"),
        },
    )
    max_picture_bytes: int = _number(
        25_000_000, (1, 2_000_000_000), "The largest picture file taken, in bytes."
    )
    max_picture_pixels: int = _number(
        50_000_000,
        (1, 2_000_000_000),
        "The largest picture taken, in pixels: width times height. Decoding needs up to 16 bytes "
        "of memory for each.",
    )
    max_model_bytes: int = _number(500_000_000, (1, 2_000_000_000), "The largest model file taken, in bytes.")
    max_files_per_request: int = _number(
        100, (1, 100_000), "The most pictures in one request to the HTTP API."
    )
    max_upload_memory: int = _number(
        0,
        (0, 1_000_000_000_000),
        "The memory for the uploads of all requests together, in bytes. 0: twenty times max_picture_bytes.",
    )
    max_requests: int = _number(
        128,
        (1, 100_000),
        "The most requests whose pictures are worked on at the same time; others are asked to come again.",
    )
    client_percent: int = _number(
        75,
        (1, 100),
        "How much of max_requests and max_upload_memory one person or one address may have, in percent.",
    )
    max_connections: int = _number(
        500,
        (1, 100_000),
        "The most connections to the server. Where there are more, one that has sent no whole request is "
        "closed, of the address that has most.",
    )
    head_seconds: int = _number(
        10, (1, 3600), "How long the head of a request may take to arrive, in seconds."
    )
    body_seconds: int = _number(
        1800, (1, 100_000), "How long the server waits for the body of a request in all, in seconds."
    )
    stall_seconds: int = _number(30, (1, 3600), "Over how many seconds least_rate is measured.")
    least_rate: int = _number(
        1000,
        (1, 1_000_000_000),
        "The fewest bytes per second at which a body has to arrive, and an answer to be taken.",
    )
    batch_size: int = _number(16, (1, 4096), "The most pictures sent to the network together.")
    threads: int = _number(
        0, (0, 1024), "Threads for reading pictures and for the network. 0: one for each core."
    )
    language: str = field(
        default="",
        metadata={
            "help": "The language of class names on the command line: en, uk or ru; empty is English. "
            "The page follows the browser.",
            "choices": ("en", "uk", "ru"),
        },
    )

    def __post_init__(self) -> None:
        home = default_home() if self.home is _UNSET else self.home
        object.__setattr__(self, "home", home)
        if self.data_dir is _UNSET:
            object.__setattr__(self, "data_dir", Home(home).data)
        for one in fields(self):
            _check(one, getattr(self, one.name), one.name)
        part = self.upload_memory * self.client_percent // 100
        if part < self.max_picture_bytes:
            raise SettingError(
                "max_upload_memory",
                "is too small: a client's part of it has no room for the largest picture",
                received=f"{self.client_percent} % of {self.upload_memory} bytes",
                cure="Raise it or client_percent, or lower max_picture_bytes.",
            )

    @property
    def upload_memory(self) -> int:
        """The memory for the uploads of all requests together, in bytes."""
        return self.max_upload_memory or _PICTURES_IN_MEMORY * self.max_picture_bytes


def load(environ: Mapping[str, str] | None = None, file: str | os.PathLike[str] | None = None) -> Settings:
    """The settings of this machine; raises SettingError.

    Args:
        environ: where TENFOLD_* variables are looked up; None: the process's environment.
        file: a TOML file, which must then exist. None: TENFOLD_CONFIG, else tenfold.toml in home where
            there is one.
    """
    return Settings(**{name: value for name, (value, _) in _given(environ, file).items()})


def origins(
    environ: Mapping[str, str] | None = None, file: str | os.PathLike[str] | None = None
) -> dict[str, str]:
    """Where `load` takes each setting from: the variable's name, the file's path, or "default"."""
    given = _given(environ, file)
    return {one.name: given[one.name][1] if one.name in given else "default" for one in fields(Settings)}


def describe() -> list[Described]:
    """Every setting with its variable, default and help, in the order of `Settings`."""
    return [
        Described(
            one.name,
            variable(one.name),
            one.metadata.get("shown") or str(one.default),
            one.metadata["help"],
        )
        for one in fields(Settings)
    ]


def metadata(name: str) -> dict[str, Any]:
    """What is known of a setting: help, and where it has them range, choices and secret."""
    return next(dict(one.metadata) for one in fields(Settings) if one.name == name)


def shown(settings: Settings, name: str) -> str:
    """A setting's value as it may be shown: without a password in it."""
    one = next(one for one in fields(Settings) if one.name == name)
    value = str(getattr(settings, name))
    return _PASSWORD.sub(r"\1***\2", value) if one.metadata.get("secret") else value


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"TENFOLD_{name.upper()}"


def _given(
    environ: Mapping[str, str] | None, file: str | os.PathLike[str] | None
) -> dict[str, tuple[Any, str]]:
    """The settings that a variable or the file states, each with where it was stated."""
    environ = os.environ if environ is None else environ
    stated: dict[str, tuple[Any, str]] = {}
    for one in fields(Settings):
        name = variable(one.name)
        text = environ.get(name, "").strip()
        if text:  # an empty variable is how many tools say "not set"
            stated[one.name] = (_from_text(one, text, name), name)
    home = stated["home"][0] if "home" in stated else default_home(environ)
    named = file or environ.get(CONFIG_VARIABLE, "").strip()
    path = _expanded(named, CONFIG_VARIABLE) if named else Home(home).settings
    in_file = _from_file(path) if named or path.is_file() else {}
    return {"home": (home, "default")} | {n: (v, str(path)) for n, v in in_file.items()} | stated


def _from_text(one: "Field[Any]", text: str, subject: str) -> Any:
    if one.type is int:
        try:
            value: Any = int(text)
        except ValueError:
            raise _not_a_number(one, subject, text) from None
    elif one.type is Path:
        value = _expanded(text, subject)
    else:
        value = str(_expanded(text, subject)) if one.metadata.get("path") else text
    _check(one, value, subject)
    return value


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            stated = tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(
            str(path), "is not valid TOML", received=str(error), cure="Mend that line."
        ) from None
    except UnicodeDecodeError:
        raise SettingError(str(path), "is not valid TOML", received="it is not UTF-8 text") from None
    except OSError as error:
        raise SettingError(
            str(path),
            "cannot be read",
            received=error.strerror or str(error),
            cure=f"Check the path, or unset {CONFIG_VARIABLE}.",
        ) from None
    known = {one.name: one for one in fields(Settings)}
    found: dict[str, Any] = {}
    for name, value in stated.items():
        subject = f"{name} in {path}"
        if name in _GONE:
            continue
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            cure = f"Did you mean {near[0]}?" if near else f"The settings are {', '.join(known)}."
            raise SettingError(subject, "is not a setting", cure=cure)
        found[name] = _from_toml(known[name], value, subject, path.parent)
    return found


def _from_toml(one: "Field[Any]", value: Any, subject: str, folder: Path) -> Any:
    if one.type is int:
        if type(value) is not int:  # True is an int to Python, not to a reader
            raise _not_a_number(one, subject, value)
    elif not isinstance(value, str):
        raise SettingError(subject, "is not text", received=repr(value), cure="Put it in quotes.")
    elif one.type is Path or (one.metadata.get("path") and value):
        where = folder / _expanded(value, subject)  # a relative path is meant from its file
        value = where if one.type is Path else str(where)
    _check(one, value, subject)
    return value


def _expanded(path: str | os.PathLike[str], subject: str) -> Path:
    """A path with the home folder in the place of ~."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # no such user, or one without a home, as in a container
        raise SettingError(
            subject,
            "cannot be told: there is no such home folder here",
            received=repr(os.fspath(path)),
            cure=f"Write the path without ~, or set {variable('home')} to a folder.",
        ) from None


def _not_a_number(one: "Field[Any]", subject: str, value: object) -> SettingError:
    return SettingError(
        subject,
        "is not a whole number",
        received=repr(value),
        cure=f"Give {_range(one)}; the default is {one.default}.",
    )


def _check(one: "Field[Any]", value: Any, subject: str) -> None:
    least, most = one.metadata.get("range", (value, value))
    if not least <= value <= most:
        raise SettingError(
            subject,
            "is too small" if value < least else "is too large",
            received=repr(value),
            cure=f"Give {_range(one)}; the default is {one.default}.",
        )
    choices = one.metadata.get("choices")
    if choices and value and value not in choices:
        raise SettingError(
            subject,
            "is not known",
            received=repr(value),
            cure=f"Take one of {', '.join(choices)}, or leave it empty.",
        )


def _range(one: "Field[Any]") -> str:
    least, most = one.metadata["range"]
    return f"a whole number from {least} to {most}"
