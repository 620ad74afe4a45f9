"""Every setting: its name, default, bounds and help.

pydantic-settings checks the values; what is wrong is said in the words of SettingError. Does not know where
values come from, nor what the settings are for.
"""

import difflib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, Le
from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from tenfold.errors import SettingError
from tenfold.paths import Home

# Between the name and the machine in a URL.
_PASSWORD = re.compile(r"(://[^:/]*:).*(@)")
# A server's address, with neither a name and password nor a query.
_SERVER = re.compile(r"https?://[^\s/@?#]+(/[^\s@?#]*)?")
_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
# Of the largest size, where no setting says how much memory uploads may take.
_PICTURES_IN_MEMORY = 20


@dataclass(frozen=True)
class Described:
    """One setting as it is shown; `default` is in words where it depends on the machine."""

    name: str
    env: str
    default: str
    help: str
    choices: tuple[str, ...]
    least: int | None
    most: int | None
    secret: bool


def default_home(environ: Mapping[str, str] | None = None) -> Path:
    """The platform's folder for a user's data."""
    environ = os.environ if environ is None else environ
    if sys.platform == "win32":
        folder = environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        folder = "~/Library/Application Support"
    else:
        folder = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return expanded(folder, "The folder that tenfold keeps its things in") / "tenfold"


def expanded(path: str | os.PathLike[str], subject: str) -> Path:
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


def _path(value: Any, info: ValidationInfo) -> Any:
    assert info.field_name is not None
    return str(expanded(value, info.field_name)) if isinstance(value, str) and value else value


def _root(value: Any) -> Any:
    """A path prefix as it stands before addresses: "/pictures" for "pictures/"."""
    if not isinstance(value, str):
        return value
    path = "/" + value.strip().strip("/")
    if path == "/":
        return ""
    if not _ROOT_PATH.fullmatch(path) or {".", ".."}.intersection(path.split("/")):
        raise SettingError(
            "root_path",
            "is no prefix of addresses",
            received=repr(value),
            cure="Take letters, digits and hyphens, such as /pictures.",
        )
    return path


def _server(value: Any) -> Any:
    """The address of another server, without a slash at its end."""
    if isinstance(value, str) and value and not _SERVER.fullmatch(value):
        raise SettingError(
            "otlp_endpoint",
            "is no address of a collector",
            received=repr(_PASSWORD.sub(r"\1***\2", value)),
            cure="Take one such as http://127.0.0.1:4318; headers with a key go into "
            "OTEL_EXPORTER_OTLP_HEADERS.",
        )
    return value.rstrip("/") if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    """Text from a variable as a number; what is no number is left for the strict check."""
    try:
        return int(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _number(default: int, bounds: tuple[int, int], explained: str) -> Any:
    """The field of a whole number between two bounds."""
    return Field(default, ge=bounds[0], le=bounds[1], description=explained)


IS_PATH = BeforeValidator(_path)
Number = Annotated[int, Field(strict=True), BeforeValidator(_whole)]
Folder = Annotated[Path, IS_PATH]
# Empty for none.
FilePath = Annotated[str, IS_PATH]


class Settings(BaseSettings):
    """What can be set. `load` reads it from the machine; made with keyword arguments, it reads nothing."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="TENFOLD_", protected_namespaces=()
    )

    home: Folder = Field(
        default_factory=default_home,
        description="The folder for all that tenfold keeps: data, models, training runs, and tenfold.toml.",
        json_schema_extra={
            "shown": "~/.local/share/tenfold (Linux), ~/Library/Application Support/tenfold (macOS), "
            "%LOCALAPPDATA%\\tenfold (Windows)"
        },
    )
    data_dir: Folder = Field(
        default_factory=lambda given: Home(given["home"]).data,
        description="The folder for training data. One that holds cifar-10-batches-bin is used as it is.",
        json_schema_extra={"shown": "$TENFOLD_HOME/data"},
    )
    model: FilePath = Field("", description="The model file to use. Empty: the one that comes with tenfold.")
    host: str = Field(
        "127.0.0.1",
        description="The address that `tenfold serve` listens on. 0.0.0.0 lets other machines in; then "
        "everybody has to sign in.",
    )
    port: Number = _number(
        8000, (0, 65_535), "The port that `tenfold serve` listens on. 0 takes any free one."
    )
    allowed_hosts: str = Field(
        "",
        description="Further names that the server answers to, separated by commas, such as "
        "pictures.example.org: those under which a proxy hands requests on. IP addresses, localhost and "
        "this machine's own name need not be named.",
    )
    trusted_proxies: str = Field(
        "",
        description="The addresses or networks of proxies, separated by commas, that are believed when they "
        "say (X-Forwarded-For, X-Forwarded-Proto) where a request came from and that it came by https. "
        "Empty: none is.",
    )
    root_path: Annotated[str, BeforeValidator(_root)] = Field(
        "",
        description="The prefix of all addresses, where a proxy serves tenfold beside others: /pictures. "
        "The proxy may hand it on or take it off. Empty: none.",
    )
    session_idle_minutes: Number = _number(
        480, (1, 100_000), "A person who has not used the page for this many minutes has to sign in again."
    )
    session_hours: Number = _number(
        168, (1, 10_000), "So many hours after signing in, one has to sign in again in any case."
    )
    database_url: str = Field(
        "",
        description="Where the tables are: postgresql://name:password@host/database, or "
        "sqlite:////folder/tenfold.db. Empty: tenfold.db in home.",
        repr=False,
        json_schema_extra={"secret": True},
    )
    database_password_file: FilePath = Field(
        "",
        description="A file whose first line is the password for database_url, such as a container's secret. "
        "Empty: the password, where there is one, is in database_url.",
    )
    upgrade_backup: Literal["yes", "no"] = Field(
        "yes",
        description="Whether the database is copied into the folder backups in home before a newer tenfold "
        "changes its tables: yes, or no where you do that yourself.",
    )
    max_picture_bytes: Number = _number(
        25_000_000, (1, 2_000_000_000), "The largest picture file taken, in bytes."
    )
    max_picture_pixels: Number = _number(
        50_000_000,
        (1, 2_000_000_000),
        "The largest picture that is read whole, in pixels: width times height. A JPEG of up to ten times as "
        "many, and any other but a WebP of up to twice as many, is read at a reduced scale. Decoding needs "
        "up to 16 bytes of memory for each.",
    )
    max_model_bytes: Number = _number(
        500_000_000, (1, 2_000_000_000), "The largest model file taken, in bytes."
    )
    max_files_per_request: Number = _number(
        100, (1, 100_000), "The most pictures in one request to the HTTP API."
    )
    max_upload_memory: Number = _number(
        0,
        (0, 1_000_000_000_000),
        "The memory for the uploads of all requests together, in bytes. 0: twenty times max_picture_bytes.",
    )
    max_requests: Number = _number(
        128,
        (1, 100_000),
        "The most requests whose pictures are worked on at the same time; others are asked to come again.",
    )
    client_percent: Number = _number(
        75,
        (1, 100),
        "How much of max_requests and max_upload_memory one person or one address may have, in percent.",
    )
    max_connections: Number = _number(
        500,
        (1, 100_000),
        "The most connections to the server. Where there are more, one that has sent no whole request is "
        "closed, of the address that has most.",
    )
    listen_backlog: Number = _number(
        512,
        (1, 65_535),
        "How many connections may wait until the server takes them; the operating system may allow fewer "
        "(Linux: net.core.somaxconn). Further ones are refused or try again, as the system does it.",
    )
    max_viewers: Number = _number(
        100, (1, 10_000), "The most who see cameras live at the same time; client_percent holds here too."
    )
    stop_seconds: Number = _number(
        10,
        (1, 3600),
        "How long a server that is told to stop waits for the answers that it works on, in seconds.",
    )
    idle_seconds: Number = _number(
        150,
        (1, 100_000),
        "How long a connection stays open after an answer, in seconds. A proxy in front must give up its own "
        "earlier; by default nginx does after 60, Traefik after 90 and Caddy after 120.",
    )
    head_seconds: Number = _number(
        10, (1, 3600), "How long the head of a request may take to arrive, in seconds."
    )
    body_seconds: Number = _number(
        1800, (1, 100_000), "How long the server waits for the body of a request in all, in seconds."
    )
    stall_seconds: Number = _number(30, (1, 3600), "Over how many seconds least_rate is measured.")
    least_rate: Number = _number(
        1000,
        (1, 1_000_000_000),
        "The fewest bytes per second at which a body has to arrive, and an answer to be taken.",
    )
    batch_size: Number = _number(16, (1, 4096), "The most pictures sent to the network together.")
    threads: Number = _number(
        0, (0, 1024), "Threads for reading pictures and for the network. 0: one for each core."
    )
    tune: Literal["yes", "no"] = Field(
        "no",
        description="Whether the server measures at start how many pictures at a time, and in which "
        "batches, its model answers fastest on this machine, and uses that: yes, or no to use threads and "
        "batch_size. Measured once for each model, in half a minute.",
    )
    clips_free_bytes: Number = _number(
        2_000_000_000,
        (0, 10**15),
        "How many bytes stay free on the disk with the clips of cameras: before less is free, the oldest "
        "clips are deleted.",
    )
    metrics: Literal["token", "open", "off"] = Field(
        "token",
        description="Who may read /metrics: token, everybody who has signed in or sends a token (its "
        "role may be monitor); open, everybody who reaches the server; off, nobody.",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How the server writes its log: text, or json with one object in each line."
    )
    log_level: Literal["error", "warning", "info", "debug"] = Field(
        "warning", description="The least that the server writes to its log. info: each request too."
    )
    otlp_endpoint: Annotated[str, BeforeValidator(_server)] = Field(
        "",
        description="Where the server sends traces of requests: an OpenTelemetry collector that takes OTLP "
        "over HTTP, such as http://127.0.0.1:4318. Needs the extra otlp. Empty: nowhere.",
    )
    language: Literal["", "en", "uk", "ru"] = Field(
        "",
        description="The language of class names on the command line: en, uk or ru; empty is English. "
        "The page follows the browser.",
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _refused(error) from None

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Keyword arguments alone: `load` asks the other sources, to know where each value is from."""
        return (init_settings,)

    @model_validator(mode="after")
    def _a_client_has_room_for_the_largest_picture(self) -> "Settings":
        if self.upload_memory * self.client_percent // 100 < self.max_picture_bytes:
            raise SettingError(
                "max_upload_memory",
                "is too small: a client's part of it has no room for the largest picture",
                received=f"{self.client_percent} % of {self.upload_memory} bytes",
                cure="Raise it or client_percent, or lower max_picture_bytes.",
            )
        return self

    @property
    def upload_memory(self) -> int:
        """The memory for the uploads of all requests together, in bytes."""
        return self.max_upload_memory or _PICTURES_IN_MEMORY * self.max_picture_bytes


def describe() -> list[Described]:
    """Every setting, in the order of `Settings`."""
    return [_described(name, one) for name, one in Settings.model_fields.items()]


def shown(settings: Settings, one: Described) -> str:
    """A setting's value without any password."""
    value = str(getattr(settings, one.name))
    return _PASSWORD.sub(r"\1***\2", value) if one.secret else value


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"TENFOLD_{name.upper()}"


def _described(name: str, one: FieldInfo) -> Described:
    extra = one.json_schema_extra
    facts = extra if isinstance(extra, dict) else {}
    bounds = {type(bound): bound for bound in one.metadata}
    least, most = bounds.get(Ge), bounds.get(Le)
    assert one.description is not None
    return Described(
        name=name,
        env=variable(name),
        default=str(facts.get("shown", one.default)),
        help=one.description,
        choices=tuple(choice for choice in get_args(one.annotation) if choice),
        least=least and least.ge,
        most=most and most.le,
        secret=bool(facts.get("secret")),
    )


def _refused(error: ValidationError) -> SettingError:
    """The first thing that is wrong, with its cure."""
    first = error.errors()[0]
    name, received = str(first["loc"][0]), repr(first["input"])
    if name not in Settings.model_fields:
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        known = f"The settings are {', '.join(Settings.model_fields)}."
        return SettingError(name, "is not a setting", cure=f"Did you mean {near[0]}?" if near else known)
    one = _described(name, Settings.model_fields[name])
    if one.choices:
        cure = f"Take one of {', '.join(one.choices)}{', or leave it empty' if not one.default else ''}."
        return SettingError(
            name,
            "is not known",
            received=received,
            cure=cure,
            reason="setting-choice",
            params={"name": name, "choices": ", ".join(one.choices)},
        )
    if one.least is None:
        return SettingError(name, "is not text", received=received, cure="Put it in quotes.")
    problem = {"greater_than_equal": "is too small", "less_than_equal": "is too large"}
    return SettingError(
        name,
        problem.get(first["type"], "is not a whole number"),
        received=received,
        cure=f"Give a whole number from {one.least} to {one.most}; the default is {one.default}.",
        reason="setting-range",
        params={"name": name, "least": one.least, "most": one.most or 0},
    )
