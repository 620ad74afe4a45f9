"""What a station is wired to, as requests and answers hold it. An answer never holds a password.

A password that a request leaves out stays, but it is not sent to a new address. Knows no route.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tenfold.errors import LineError
from tenfold.server_files import ServerFiles
from tenfold.web.api.v1.cameras.cameras import PLAIN, Share
from tenfold.web.security.disclosure import last_part

Counts = Annotated[int, Field(ge=0, le=2**30)]
VerdictName = Literal["pass", "reject", "divert"]
Port = Annotated[int, Field(ge=1, le=65535)]
Host = Annotated[str, Field(min_length=1, max_length=253, pattern=PLAIN)]
OnServer = Annotated[str, Field(max_length=1000, pattern=PLAIN)]
Argument = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
MOST_OUTPUTS = 8


class StationPart(BaseModel):
    """A part of a station that is told as it is asked: what a request may leave out, an answer has."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class SecurityBody(StationPart):
    """How OPC UA is secured. Files are the server's; only administrators are told where they are."""

    encrypted: bool = Field(
        False, description="Messages are signed and encrypted (Basic256Sha256), and nothing else is let in."
    )
    certificate: OnServer = Field(
        "",
        description="File of this side's certificate, PEM or DER; where neither it nor its key exists, both"
        " are made. Empty, while encrypted: tenfold's own.",
    )
    key: OnServer = Field("", description="File of its private key, PEM.")
    trusted: OnServer = Field("", description="Folder of the other side's certificates; empty: any.")
    user: str = Field("", max_length=200, pattern=PLAIN)


class SecurityRequest(SecurityBody):
    password: str = Field("", max_length=500, pattern=PLAIN, description="Empty: as it is.")


class PlantBody(StationPart):
    """The PLC."""

    kind: Literal["none", "modbus", "modbus-server", "opcua", "opcua-server"] = Field(
        "none",
        description="modbus, opcua: it is a server, which is read and written. modbus-server, opcua-server:"
        " it asks for each verdict by a handshake.",
    )
    host: Host | None = Field(None, description="Of a server here: what it listens on.")
    port: Port | None = Field(None, description="Null: 502 of Modbus, 4840 of OPC UA.")
    inputs: int | None = Field(None, ge=0, le=65535, description="First register that is read.")
    outputs: int | None = Field(None, ge=0, le=65535, description="First register that is written.")
    base: Literal[0, 1] | None = Field(None, description="What the first register of all is called.")
    device: int | None = Field(None, ge=0, le=255, description="The unit id.")
    words: Literal["high-first", "low-first"] | None = None
    url: str | None = Field(None, max_length=500, pattern=PLAIN, description="opc.tcp://host:4840")
    reads: dict[str, str] | None = Field(None, max_length=50, description="Node ids by what they hold.")
    writes: dict[str, str] | None = Field(None, max_length=50)
    security: SecurityBody | None = Field(None, description="Of OPC UA.")


class PlantRequest(PlantBody):
    security: SecurityRequest | None = Field(None, description="Of OPC UA. Null: as it is.")


class TriggerBody(StationPart):
    """What signals a part."""

    kind: Literal["plant", "encoder", "crossing", "mqtt", "hand"] = Field(
        "hand",
        description="plant: its photo-eye. encoder: every `counts`. crossing: something reaches `line` in"
        " the picture. mqtt: a message to `topic`. hand: a person or a program.",
    )
    counts: Counts = 0
    line: list[Annotated[list[Share], Field(min_length=2, max_length=2)]] | None = Field(
        None, min_length=2, max_length=2, description="x and y of both ends, in parts of the picture."
    )
    topic: str = Field("", max_length=500, pattern=PLAIN)
    gate_topic: str = Field(
        "",
        max_length=500,
        pattern=PLAIN,
        description="Messages to it say that a part is at the second photo-eye; empty: the PLC says so.",
    )


class BrokerBody(StationPart):
    """An MQTT broker that receives state and counts by Sparkplug B."""

    host: Host
    port: Port = 1883
    group: str = Field("tenfold", min_length=1, max_length=100, pattern=r"^[^/+#\x00-\x1f]+$")
    node: str = Field("station", min_length=1, max_length=100, pattern=r"^[^/+#\x00-\x1f]+$")
    user: str = Field("", max_length=200, pattern=PLAIN)
    tls: bool = Field(False, description="The connection is encrypted.")
    ca: OnServer = Field(
        "", description="File of the certificates that have signed the broker's; empty: the system's."
    )
    certificate: OnServer = Field("", description="File of this side's certificate, PEM, where it wants one.")
    key: OnServer = Field("", description="File of its private key, PEM.")
    primary: str = Field(
        "", max_length=100, pattern=r"^[^/+#\x00-\x1f]*$", description="Host application to wait for."
    )


class BrokerRequest(BrokerBody):
    password: str = Field("", max_length=500, pattern=PLAIN, description="Empty: as it is.")


class OpcUaOutputBody(StationPart):
    """The station as a vision system of OPC 40100-1."""

    kind: Literal["opcua-server"]
    host: Host = Field("127.0.0.1", description="The address of this server that is listened on.")
    port: Port = 4840
    automatic: bool = Field(True, description="It runs by itself after its start; else the plant starts it.")
    security: SecurityBody | None = None


class OpcUaOutputRequest(OpcUaOutputBody):
    security: SecurityRequest | None = Field(None, description="Null: not encrypted.")


class SparkplugOutputBody(BrokerBody):
    """One more MQTT broker."""

    kind: Literal["sparkplug"]


class SparkplugOutputRequest(BrokerRequest):
    kind: Literal["sparkplug"]


class CommandOutputBody(StationPart):
    """A command that the server runs for each verdict, without a shell. Only administrators are told its
    arguments."""

    kind: Literal["command"]
    command: list[Argument] = Field(min_length=1, max_length=50, description="The program and its arguments.")
    verdicts: list[VerdictName] = Field(["pass"], min_length=1, max_length=3)
    seconds: float = Field(2.0, gt=0, le=60, description="After this time it is ended, and has failed.")


class FileOutputBody(StationPart):
    """A file of the server that holds the last verdict. Only administrators are told its folder."""

    kind: Literal["file"]
    path: OnServer = Field(min_length=1)


_KIND = Field(discriminator="kind")
OutputBody = Annotated[OpcUaOutputBody | SparkplugOutputBody | CommandOutputBody | FileOutputBody, _KIND]
OutputRequest = Annotated[
    OpcUaOutputRequest | SparkplugOutputRequest | CommandOutputBody | FileOutputBody, _KIND
]
_OUTPUT: TypeAdapter[OutputBody] = TypeAdapter(OutputBody)


def kept_broker(asked: BrokerRequest, old: Mapping[str, Any] | None) -> dict[str, Any]:
    """A broker as it is kept, with the password that it has. Raises LineError."""
    found = asked.model_dump()
    place = [(one or {}).get(name) for one in (found, old) for name in ("host", "port")]
    found["password"] = _password(found, old or {}, same=place[:2] == place[2:], where=asked.host)
    _check_broker(found)
    return found


def kept_plant(asked: PlantRequest, old: Mapping[str, Any], own: Path) -> dict[str, Any]:
    """A PLC as it is kept.

    Args:
        own: folder of the certificate for OPC UA where the request names none.

    Raises:
        LineError: its old password would be sent to a new address.
    """
    found = asked.model_dump(exclude_none=True, exclude={"security"})
    if not asked.kind.startswith("opcua"):
        return found
    before = (old.get("security") or {}) if old["kind"] == asked.kind else {}
    wanted = (
        SecurityRequest.model_validate(_shown_security(before) or {})
        if asked.security is None
        else asked.security
    )
    same = asked.kind == "opcua-server" or old.get("url") == asked.url
    if security := _kept_security(wanted, before, own, same=same, where=asked.url or ""):
        found["security"] = security
    return found


def kept_outputs(
    asked: Sequence[OutputRequest], old: Sequence[Mapping[str, Any]], own: Path, files: ServerFiles
) -> list[dict[str, Any]]:
    """Outputs as they are kept; a password stays with the output of the same place and user.

    Raises:
        LineError: certificates of a broker cannot be used, or verdicts cannot be written to a file.
    """
    found = []
    for one in asked:
        if isinstance(one, OpcUaOutputRequest):
            values = one.model_dump(exclude={"security"})
            before = _like(old, values, "kind", "port").get("security") or {}
            wanted = one.security or SecurityRequest.model_validate({})
            if security := _kept_security(wanted, before, own, same=True, where=""):
                values["security"] = security
        elif isinstance(one, SparkplugOutputRequest):
            values = kept_broker(one, _like(old, one.model_dump(), "kind", "host", "port"))
        else:
            values = one.model_dump()
            if isinstance(one, FileOutputBody):
                _check_file(one.path, files)
        found.append(values)
    return found


def commands(outputs: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The commands among outputs."""
    return [list(one["command"]) for one in outputs if one["kind"] == "command"]


def shown_plant(kept: Mapping[str, Any], *, whole: bool) -> PlantBody:
    """A PLC without passwords. `whole`: for an administrator, who is told where files are."""
    return PlantBody(**{**kept, "security": _shown_security(kept.get("security"), whole=whole)})


def shown_broker(kept: Mapping[str, Any] | None, *, whole: bool) -> BrokerBody | None:
    """As `shown_plant`."""
    if not kept:
        return None
    hidden = {} if whole else {"ca": "", "certificate": "", "key": ""}
    return BrokerBody(**{**kept, **hidden})


def shown_output(kept: Mapping[str, Any], *, whole: bool) -> OutputBody:
    """As `shown_plant`."""
    values = dict(kept)
    if kept["kind"] == "opcua-server":
        values["security"] = _shown_security(kept.get("security"), whole=whole)
    elif kept["kind"] == "sparkplug" and not whole:
        values |= {"ca": "", "certificate": "", "key": ""}
    elif kept["kind"] == "command" and not whole:
        values["command"] = [last_part(kept["command"][0])]
    elif kept["kind"] == "file" and not whole:
        values["path"] = last_part(kept["path"])
    return _OUTPUT.validate_python(values)


def _shown_security(kept: Mapping[str, Any] | None, *, whole: bool = True) -> dict[str, Any] | None:
    if not kept:
        return None
    files = {name: kept.get(name, "") if whole else "" for name in ("certificate", "key", "trusted")}
    return {"encrypted": bool(kept.get("certificate")), "user": kept.get("user", ""), **files}


def _kept_security(
    asked: SecurityRequest, old: Mapping[str, Any], own: Path, *, same: bool, where: str
) -> dict[str, Any] | None:
    """As `Security` takes it; None: not secured."""
    found = asked.model_dump(exclude={"encrypted"})
    if not asked.encrypted:
        # A password without encryption is refused by the check.
        return found if asked.user or asked.certificate or asked.key or asked.trusted else None
    if not (asked.certificate or asked.key):
        found |= {"certificate": str(own / "tenfold.der"), "key": str(own / "tenfold.pem")}
    found["password"] = _password(found, old, same=same, where=where)
    return found


def _password(asked: Mapping[str, Any], old: Mapping[str, Any], *, same: bool, where: str) -> str:
    """The requested password, else the old one of the same user."""
    given, known = str(asked["password"]), str(old.get("password") or "")
    if given or not known or asked["user"] != old.get("user", ""):
        return given
    if not same:
        raise LineError(
            where,
            "is a new address, to which the old password is not sent",
            cure="Give it again.",
            reason="password-again",
        )
    return known


def _like(old: Sequence[Mapping[str, Any]], values: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The output that was at the same place; empty: there was none."""
    return next((one for one in old if all(one.get(name) == values[name] for name in names)), {})


def _check_broker(kept: Mapping[str, Any]) -> None:
    """Raise LineError where certificates of a broker cannot be used."""
    from tenfold.line.plc.mqtt_broker import Broker, login

    login(Broker(**{name: value for name, value in kept.items() if name != "kind"}))


def _check_file(path: str, files: ServerFiles) -> None:
    """Raise LineError where verdicts cannot be written there."""
    place = Path(path)
    if not place.is_absolute():
        problem = "is not an absolute path"
    elif files.own(path):
        problem = "is one of tenfold's own files"
    elif place.is_dir() or not place.parent.is_dir():
        problem = "is no file in a folder that is there"
    else:
        return
    cure = "Name a file in a folder of the server, such as /run/line/verdict.json."
    raise LineError(f"The file {path}", problem, cure=cure, reason="output-file")
