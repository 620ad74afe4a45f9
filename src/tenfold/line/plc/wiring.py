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
from typing import Any, Literal

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
        LineError: one cannot be opened, or as `check`; those opened before are closed.
    """
    how, others = _options("plant", plant), [_options("output", one) for one in outputs]
    opened: list[SignalOutput] = []
    try:
        found, asking = _plant(plant["kind"], how, choose)
        opened += asking
        for kept, options in zip(outputs, others, strict=True):
            opened.append(_output(kept["kind"], options, choose))
    except LineError:
        for each in opened:
            each.close()
        raise
    return Wires(found, tuple(opened), asks=bool(asking))


def check(plant: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]]) -> None:
    """Raise LineError where a kind or a setting is not known, or one is missing; opens nothing."""
    _options("plant", plant)
    for one in outputs:
        _options("output", one)


def _options(what: Literal["plant", "output"], kept: Mapping[str, Any]) -> Any:
    """The value by which a kind is opened; raises as `check`."""
    kind, known = str(kept.get("kind")), PLANT_KINDS if what == "plant" else OUTPUT_KINDS
    if kind not in known:
        cure = f"Take of: {', '.join(known)}."
        raise LineError(f"A kind of {what}", "is not known", received=kind, cure=cure, reason="wiring")
    try:
        return _made(kind, **{name: value for name, value in kept.items() if name != "kind"})
    except TypeError as error:
        raise LineError(
            f"The {what} {kind}",
            "has a setting that is not known, or lacks one",
            received=str(error),
            cure="The page on production lines in the documentation names them.",
            reason="wiring",
        ) from error


def _made(kind: str, **options: Any) -> Any:
    if kind in ("modbus", "modbus-server"):
        from tenfold.line.plc.modbus import ModbusAddress

        return ModbusAddress(**options)
    if kind == "opcua":
        from tenfold.line.plc.opcua.client import OpcUaAddress

        return OpcUaAddress(**_secured(options))
    if kind == "opcua-server":
        from tenfold.line.plc.opcua.results import KnownRecipe
        from tenfold.line.plc.opcua.server import OpcUaServerOptions

        # Returns fields of `KnownRecipe`, read whenever the plant asks.
        told: Callable[[], Sequence[Mapping[str, Any]]] = options.pop("recipes", tuple)
        return OpcUaServerOptions(recipes=lambda: [KnownRecipe(**one) for one in told()], **_secured(options))
    if kind == "sparkplug":
        from tenfold.line.plc.mqtt_broker import Broker

        return Broker(**options)
    if kind == "command":
        from tenfold.line.plc.digital import CommandOptions

        return CommandOptions(**options)
    return _file(**options) if kind == "file" else _nothing(**options)


def _file(path: str) -> Path:
    return Path(path)


def _nothing() -> None:
    return None


def _plant(kind: str, options: Any, choose: Callable[[int], bool]) -> tuple[Plant, list[SignalOutput]]:
    if kind == "modbus":
        from tenfold.line.plc.modbus import ModbusPlant

        return ModbusPlant(options), []
    if kind == "modbus-server":
        from tenfold.line.plc.modbus_server import ModbusServer

        server = ModbusServer(options)
        return server, [server]
    if kind == "opcua":
        from tenfold.line.plc.opcua.client import OpcUaPlant

        return OpcUaPlant(options), []
    if kind == "opcua-server":
        from tenfold.line.plc.handshake_plant import HandshakePlant
        from tenfold.line.plc.opcua.server import OpcUaServer

        handshake = HandshakePlant()
        return handshake, [handshake, OpcUaServer(options, handshake=handshake, choose=choose)]
    from tenfold.line.plc.triggers import NoPlant

    return NoPlant(), []


def _output(kind: str, options: Any, choose: Callable[[int], bool]) -> SignalOutput:
    if kind == "opcua-server":
        from tenfold.line.plc.opcua.server import OpcUaServer

        return OpcUaServer(options, handshake=None, choose=choose)
    if kind == "sparkplug":
        from tenfold.line.plc.sparkplug import SparkplugOutput

        return SparkplugOutput(options)
    from tenfold.line.plc.digital import command_output, file_output

    return command_output(options) if kind == "command" else file_output(options)


def _secured(options: dict[str, Any]) -> dict[str, Any]:
    from tenfold.line.plc.opcua.security import Security

    return options | {"security": Security(**(options.get("security") or {}))}
