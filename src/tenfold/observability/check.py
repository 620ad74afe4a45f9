"""One line of the doctor: a code with values, and the same in English. Does not know what was looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from tenfold.errors import TenfoldError

State = Literal["ok", "off", "warn", "fail"]
# What was found, for programs. The page has a text for each in its languages.
Code = Literal[
    "not-looked-at", "none", "paused",
    "folder-writable", "folder-later", "folder-is-file", "folder-unwritable",
    "disk-room", "disk-low", "disk-full",
    "clock-right", "clock-behind",
    "home-closed", "home-open", "settings-open",
    "no-container", "container-volume", "container-layer",
    "database-whole", "database-later", "database-empty", "database-old", "postgresql-old", "network-disk",
    "database-damaged", "database-unusable",
    "model-answers", "model-fails",
    "camera-sends", "camera-unwatched", "camera-connecting", "camera-silent", "camera-faults",
    "camera-model", "camera-recording",
    "station-ready", "station-off", "station-starting", "station-held", "station-rejects", "station-troubled",
    "messages-arrive", "destination-off", "message-refused", "messages-given-up",
    "service-runs", "service-stopped", "service-restarts", "service-fails",
    "server-ready", "server-off", "server-not-ready",
]  # fmt: skip
# Names of values say what they are: those that end in `bytes` are numbers of bytes, `moment` is in ISO 8601.
Params = Mapping[str, str | int]

_FREE = "Free some space there."
_SEE_LOG = "See the server's log."
# What was found, and what to do about it. {why}: the reasons, with semicolons between.
ENGLISH: dict[Code, tuple[str, str]] = {
    "not-looked-at": ("not looked at: the tables cannot be used, or are not there yet", ""),
    "none": ("there are none", ""),
    "paused": ("paused", ""),
    "folder-writable": ("{path} can be written", ""),
    "folder-later": ("{path} is not there yet; it is made when it is first needed", ""),
    "folder-is-file": ("{path} is a file, and a folder is needed", "Move the file away, or name a folder."),
    "folder-unwritable": (
        "{path} cannot be written: {why}",
        "Give it to the user that runs tenfold ({user}), or name another folder.",
    ),
    "disk-room": ("{free_bytes} of {total_bytes} are free", ""),
    "disk-low": ("the disk with {path} is nearly full: {free_bytes} of {total_bytes} are free", _FREE),
    "disk-full": (
        "the disk with {path} is full, or a quota is used up: {free_bytes} of {total_bytes} are free",
        _FREE,
    ),
    "clock-right": ("{moment}", ""),
    "clock-behind": (
        "the clock is {minutes} minutes behind files that are here",
        "Set the clock: sessions, tokens and retention go by it.",
    ),
    "home-closed": ("{path} is not everybody's to change", ""),
    "home-open": ("everybody on this machine can change what is in {path}", "Run: chmod o-w {path}"),
    "settings-open": ("everybody on this machine can read {path}", "Run: chmod o-r {path}"),
    "no-container": ("this is not a container", ""),
    "container-volume": ("{path} is on a volume ({type})", ""),
    "container-layer": (
        "{path} is in the container's own layer, and goes with it",
        "Mount a volume there: docker run --volume tenfold:/data ...",
    ),
    "database-whole": ("{database}, whole; its tables are of version {version}", ""),
    "database-later": ("{path} is not there yet; the first start makes it", ""),
    "database-empty": ("{database} has no tables yet", "The next start makes them."),
    "database-old": (
        "{database}; its tables are of version {version}, and {newest} is the newest",
        "The next start upgrades them, and keeps a copy before.",
    ),
    "postgresql-old": ("{database} is older than {least}", "Upgrade PostgreSQL."),
    "network-disk": (
        "{path} is on a network file system ({type}), where SQLite's locks do not hold",
        "Put home on a disk of this machine, or keep the tables in PostgreSQL (database_url).",
    ),
    "database-damaged": ("its file is damaged: {detail}", "Restore the last backup."),
    "database-unusable": (
        "{why}",
        "docs/how-to/back-up-and-upgrade.md says how to restore a backup.",
    ),
    "model-answers": ("{name} answers", ""),
    "model-fails": ("{why}", "Make another one live: tenfold models."),
    "camera-sends": ("it sends", ""),
    "camera-unwatched": ("no server watches it now", "Start tenfold serve."),
    "camera-connecting": ("it does not send yet; it is being connected to", "See the page Cameras."),
    "camera-silent": ("it does not send: {why}", "See the page Cameras."),
    "camera-faults": ("it sends, but {why}", "See the page Cameras."),
    "camera-model": (
        "it sends, but its own model cannot be used: {why}",
        "Give the camera another model.",
    ),
    "camera-recording": ("it sends, but nothing is recorded: {why}", "See the page Cameras."),
    "station-ready": ("it is ready", ""),
    "station-off": ("it does not run now", "Start tenfold serve, or see the page Line."),
    "station-starting": ("it is starting, and releases nothing yet", "See the page Line."),
    "station-held": ("it releases nothing: {why}", "See the page Line."),
    "station-rejects": ("it rejects every part: {why}", "See the page Line."),
    "station-troubled": ("it is ready, but {why}", "See the page Line."),
    "messages-arrive": ("messages arrive, or none was sent yet", ""),
    "destination-off": ("switched off", ""),
    "message-refused": ("the last message did not arrive: {why}", "Send it a test message."),
    "messages-given-up": ("messages that were given up: {count}", "Try them again, or discard them."),
    "service-runs": ("it runs", ""),
    "service-stopped": ("it is stopped", "Restart the server."),
    "service-restarts": ("it failed, and is started again: {why}", _SEE_LOG),
    "service-fails": ("it fails again and again: {why}", _SEE_LOG),
    "server-ready": ("a server runs, and is ready", ""),
    "server-off": ("no tenfold answers at the address of the settings", "Run tenfold serve."),
    "server-not-ready": ("{why}", _SEE_LOG),
}


@dataclass(frozen=True)
class Why:
    """One reason for what was found.

    Attributes:
        code: for programs; empty: there is none.
        words: in English.
        problem: of an error of tenfold's all about it (`TenfoldError.facts`).
    """

    code: str
    words: str
    problem: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, error: TenfoldError) -> Self:
        return cls.told(error.facts())

    @classmethod
    def told(cls, facts: Mapping[str, Any]) -> Self:
        """Of an error that was kept."""
        words = facts.get("detail") or facts.get("problem") or "it refused"
        return cls(facts.get("reason") or facts["code"], str(words), facts)


@dataclass(frozen=True)
class Check:
    """One line.

    Attributes:
        name: of what was looked at, "folder pictures"; the first word is the kind.
        code, params: what was found, and the values that its text names.
        why: the reasons, where the text names them.
    """

    name: str
    state: State
    code: Code
    params: Params = field(default_factory=dict)
    why: Sequence[Why] = ()

    @property
    def words(self) -> str:
        """What was found, in English."""
        return self._english(0)

    @property
    def cure(self) -> str:
        """What to do about it, in English; empty where there is nothing to do."""
        return self._english(1)

    def _english(self, part: int) -> str:
        shown = {name: _shown(name, value) for name, value in self.params.items()}
        why = "; ".join(one.words.rstrip(".") for one in self.why)
        return ENGLISH[self.code][part].format_map(shown | {"why": why})


def _shown(name: str, value: str | int) -> str:
    if name.endswith("bytes") and isinstance(value, int):
        return f"{value / 1e9:.1f} GB"
    return str(value).replace("T", " ") if name == "moment" else str(value)
