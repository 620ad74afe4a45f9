"""Opens plants and outputs from values that are kept and sent as JSON; they are told apart by their `kind`.

    plant    none             there is no PLC; the clock is the encoder
             modbus           a PLC that answers Modbus TCP                     ModbusAddress
             modbus-server    a PLC that asks by the handshake over Modbus TCP  ModbusAddress
             opcua            a PLC that is an OPC UA server                    OpcUaAddress
             opcua-server     a PLC that asks by the handshake over OPC UA      OpcUaServerOptions
    output   opcua-server     the station as a vision system of OPC 40100-1     OpcUaServerOptions
             sparkplug        a Sparkplug node on an MQTT broker                Broker
             command          a command for each verdict                        CommandOptions
             file             a file that holds the last verdict                path

Only what is opened is imported.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenfold.errors import LineError
from tenfold.line.plc.signals import Plant, SignalOutput

PLANT_KINDS = ("none", "modbus", "modbus-server", "opcua", "opcua-server")
OUTPUT_KINDS = ("opcua-server", "sparkplug", "command", "file")


@dataclass(frozen=True)
class Wires:
    """What a station is connected to.

    Attributes:
        asks: whether the plant asks for verdicts by a handshake and moves its parts itself: without a gate.
    """

    plant: Plant
    outputs: tuple[SignalOutput, ...]
    asks: bool


def connect(
    plant: Mapping[str, Any],
    outputs: Sequence[Mapping[str, Any]] = (),
    *,
    choose: Callable[[int], bool] = lambda number: False,
) -> Wires:
    """Open a plant and outputs; servers listen from now on.

    Args:
        choose: see `OpcUaServer`.

    Raises:
        LineError: one cannot be opened, or is of no kind that is known; those opened before are closed.
    """
    opened: list[SignalOutput] = []
    try:
        found, asking = _plant(plant, choose)
        opened += asking
        opened += [_output(one, choose) for one in outputs]
    except (LineError, TypeError) as error:
        for each in opened:
            each.close()
        if isinstance(error, LineError):
            raise
        raise LineError(
            "A plant or an output",
            "has a setting that is not known, or lacks one",
            received=str(error),
            reason="wiring",
        ) from error
    return Wires(found, tuple(opened), asks=bool(asking))


def check(plant: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]]) -> None:
    """Raise LineError where `connect` would find a setting that is not known or missing; opens nothing."""
    from tenfold.line.plc.digital import CommandOptions
    from tenfold.line.plc.modbus import ModbusAddress
    from tenfold.line.plc.mqtt_broker import Broker
    from tenfold.line.plc.opcua.client import OpcUaAddress
    from tenfold.line.plc.opcua.server import OpcUaServerOptions

    made: dict[str, Callable[..., object]] = {
        "none": lambda: None,
        "modbus": ModbusAddress,
        "modbus-server": ModbusAddress,
        "opcua": lambda **options: OpcUaAddress(**_secured(options)),
        "opcua-server": lambda **options: OpcUaServerOptions(**_secured(options)),
        "sparkplug": Broker,
        "command": CommandOptions,
        "file": lambda path: Path(path),
    }
    listed = [("plant", PLANT_KINDS, plant), *(("output", OUTPUT_KINDS, one) for one in outputs)]
    for what, known, kept in listed:
        kind, options = _split(kept)
        if kind not in known:
            raise _unknown(what, kind, known)
        try:
            made[kind](**options)
        except TypeError as error:
            raise LineError(
                f"The {what} {kind}",
                "has a setting that is not known, or lacks one",
                received=str(error),
                cure="The page on production lines in the documentation names them.",
                reason="wiring",
            ) from error


def _plant(kept: Mapping[str, Any], choose: Callable[[int], bool]) -> tuple[Plant, list[SignalOutput]]:
    kind, options = _split(kept)
    if kind == "none":
        from tenfold.line.plc.triggers import NoPlant

        return NoPlant(), []
    if kind in ("modbus", "modbus-server"):
        from tenfold.line.plc.modbus import ModbusAddress, ModbusPlant
        from tenfold.line.plc.modbus_server import ModbusServer

        address = ModbusAddress(**options)
        if kind == "modbus":
            return ModbusPlant(address), []
        server = ModbusServer(address)
        return server, [server]
    if kind == "opcua":
        from tenfold.line.plc.opcua.client import OpcUaAddress, OpcUaPlant

        return OpcUaPlant(OpcUaAddress(**_secured(options))), []
    if kind == "opcua-server":
        from tenfold.line.plc.handshake_plant import HandshakePlant

        handshake = HandshakePlant()
        return handshake, [handshake, _opcua_server(options, choose, handshake)]
    raise _unknown("plant", kind, PLANT_KINDS)


def _output(kept: Mapping[str, Any], choose: Callable[[int], bool]) -> SignalOutput:
    kind, options = _split(kept)
    if kind == "opcua-server":
        return _opcua_server(options, choose, None)
    if kind == "sparkplug":
        from tenfold.line.plc.mqtt_broker import Broker
        from tenfold.line.plc.sparkplug import SparkplugOutput

        return SparkplugOutput(Broker(**options))
    from tenfold.line.plc.digital import CommandOptions, command_output, file_output

    if kind == "command":
        return command_output(CommandOptions(**options))
    if kind == "file":
        return file_output(Path(str(options.get("path"))))
    raise _unknown("output", kind, OUTPUT_KINDS)


def _opcua_server(options: dict[str, Any], choose: Callable[[int], bool], handshake: Any) -> SignalOutput:
    from tenfold.line.plc.opcua.results import KnownRecipe
    from tenfold.line.plc.opcua.server import OpcUaServer, OpcUaServerOptions

    # Returns fields of `KnownRecipe`, read whenever the plant asks.
    told: Callable[[], Sequence[Mapping[str, Any]]] = options.pop("recipes", tuple)

    def recipes() -> list[KnownRecipe]:
        return [KnownRecipe(**one) for one in told()]

    return OpcUaServer(
        OpcUaServerOptions(recipes=recipes, **_secured(options)), handshake=handshake, choose=choose
    )


def _secured(options: dict[str, Any]) -> dict[str, Any]:
    from tenfold.line.plc.opcua.security import Security

    return options | {"security": Security(**(options.get("security") or {}))}


def _split(kept: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return str(kept.get("kind")), {name: value for name, value in kept.items() if name != "kind"}


def _unknown(what: str, kind: str, known: Sequence[str]) -> LineError:
    return LineError(
        f"A kind of {what}",
        "is not known",
        received=kind,
        cure=f"Take of: {', '.join(known)}.",
        reason="wiring",
    )
