"""A station's OPC UA server, driven by a client that knows OPC 40100-1 and the docs alone."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, ua

from tenfold.errors import LineError
from tenfold.line.parts import Verdict
from tenfold.line.plc.handshake_plant import HandshakePlant
from tenfold.line.plc.opcua.nodes import MACHINE_VISION, NAMESPACE
from tenfold.line.plc.opcua.results import KnownRecipe
from tenfold.line.plc.opcua.security import Security, make_certificate, secure_client
from tenfold.line.plc.opcua.server import OpcUaServer, OpcUaServerOptions
from tenfold.line.plc.signals import OperatingState, Outputs, PartResult
from tenfold.line.simulator.broker import free_port

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("standard_nodes_once")]

RECIPES = (KnownRecipe(1, "caps", 3), KnownRecipe(2, "labels"))
RUNNING = Outputs(state=OperatingState.READY, recipe=1, passed=7, rejected=2)
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PATIENCE = 60.0
HALTED, READY, CONTINUOUS = "Halted", "Ready", "ContinuousExecution"


@contextmanager
def serving(**options: Any) -> Iterator[tuple[OpcUaServer, str]]:
    port = free_port()
    extra = {name: options.pop(name) for name in ("handshake", "choose") if name in options}
    recipes = options.pop("recipes", lambda: RECIPES)
    server = OpcUaServer(OpcUaServerOptions(port=port, recipes=recipes, **options), **extra)
    try:
        yield server, f"opc.tcp://127.0.0.1:{port}/"
    finally:
        server.close()


def result(number: int, verdict: Verdict = Verdict.PASS, reason: Any = "good") -> PartResult:
    return PartResult(100 + number, number, verdict, reason, AT - timedelta(milliseconds=40), AT, 1)


class Events:
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def event_notification(self, event: Any) -> None:
        self.seen.append(event)

    def messages(self) -> list[str]:
        return [one.Message.Text for one in self.seen]


class Peer:
    """A client with short words for what a test does."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def start(self) -> None:
        await self.client.load_data_type_definitions()
        self.own = await self.client.get_namespace_index(NAMESPACE)
        self.vision = await self.client.get_namespace_index(MACHINE_VISION)
        self.station = self.client.get_node(f"ns={self.own};s=Station")
        self.machine = await self.station.get_child(f"{self.vision}:VisionStateMachine")
        self.automatic = await self.machine.get_child(f"{self.vision}:AutomaticModeStateMachine")
        self.recipes = await self.station.get_child(f"{self.vision}:RecipeManagement")
        self.results = await self.station.get_child(f"{self.vision}:ResultManagement")

    async def call(self, parent: Any, name: str, *arguments: Any) -> Any:
        return await parent.call_method(f"{self.vision}:{name}", *arguments)

    async def by_cause(self, parent: Any, name: str) -> Any:
        return await self.call(parent, name, ua.Variant(1, ua.VariantType.Int32), "because")

    async def state(self) -> str:
        outer = await (await self.machine.get_child("0:CurrentState")).read_value()
        if outer.Text != "Operational":
            return str(outer.Text)
        return str((await (await self.automatic.get_child("0:CurrentState")).read_value()).Text)

    async def read(self, name: str) -> Any:
        return await self.client.get_node(f"ns={self.own};s={name}").read_value()

    async def write(self, name: str, value: Any, kind: ua.VariantType) -> None:
        await self.client.get_node(f"ns={self.own};s={name}").write_value(ua.Variant(value, kind))

    async def until(self, condition: Callable[[], Awaitable[bool]], what: str) -> None:
        ends = time.monotonic() + PATIENCE
        while not await condition():
            assert time.monotonic() < ends, what
            await asyncio.sleep(0.01)

    async def comes_to(self, state: str) -> None:
        async def there() -> bool:
            return await self.state() == state

        await self.until(there, f"it is not {state} but {await self.state()}")


def patient(url: str) -> Client:
    """A client that gives no server up for being slow, as it would after a second."""
    return Client(url, timeout=PATIENCE, watchdog_intervall=PATIENCE)


def driven(url: str, drive: Callable[[Peer], Awaitable[None]]) -> None:
    async def run() -> None:
        async with patient(url) as client:
            peer = Peer(client)
            await peer.start()
            await drive(peer)

    asyncio.run(run())


def job(part: str = "", recipe: str = "") -> list[Any]:
    return [
        ua.MeasIdDataType(Id="m-1"),
        ua.PartIdDataType(Id=part),
        ua.RecipeIdExternalDataType(Id=recipe),
        ua.ProductIdDataType(Id=""),
        ua.Variant([], ua.VariantType.Variant, is_array=True),
    ]


def test_a_generic_client_drives_a_station_and_is_refused_what_is_illegal() -> None:
    with serving(simulated=True) as (server, url):

        async def drive(peer: Peer) -> None:
            events = Events()
            subscription = await peer.client.create_subscription(20, events)
            await subscription.subscribe_events(peer.station, event_types(peer))
            server.state(RUNNING)
            await peer.comes_to(CONTINUOUS)
            assert not server.health().halts
            await peer.by_cause(peer.machine, "Halt")
            assert server.health().halts
            await peer.comes_to(HALTED)
            for parent, name in ((peer.machine, "SelectModeAutomatic"), (peer.automatic, "Stop")):
                with pytest.raises(ua.UaStatusCodeError) as refused:
                    await (
                        peer.call(parent, name)
                        if name == "SelectModeAutomatic"
                        else peer.by_cause(parent, name)
                    )
                assert refused.value.code == ua.StatusCodes.BadInvalidState
            await peer.by_cause(peer.machine, "Reset")
            await peer.call(peer.machine, "SelectModeAutomatic")
            await peer.comes_to(READY)
            name, none = ua.RecipeIdExternalDataType(Id="caps"), ua.RecipeIdInternalDataType(Id="")
            prepared = await peer.call(peer.recipes, "PrepareRecipe", name, none)
            assert (prepared[0].Id, prepared[0].Version, prepared[1:]) == ("1", "3", [True, 0])
            job_id, error = await peer.call(peer.automatic, "StartContinuous", *job(recipe="caps"))
            assert (len(job_id.Id), error) == (32, 0)
            await peer.comes_to(CONTINUOUS)
            assert not server.health().halts
            server.fire(result(1))
            server.fire(result(2, Verdict.REJECT, "wrong-class"))
            await peer.by_cause(peer.automatic, "Stop")
            await peer.comes_to(READY)

            async def all_seen() -> bool:
                return "ContinuousExecution to Ready, 861" in events.messages()

            await peer.until(all_seen, "an event is missing")
            told = [one for one in events.seen if one.EventType == ua.NodeId(1024, peer.vision)]
            assert [one.PartId.Id for one in told] == ["1", "2"]
            assert [[each.Value for each in one.ResultContent] for one in told] == [
                ["pass", "good", 0],
                ["reject", "wrong-class", 20],
            ]
            assert [one.InternalRecipeId.Id for one in told] == ["1", "1"]
            assert all(one.IsSimulated and one.JobId.Id == job_id.Id for one in told)
            numbers = [int(text.rsplit(" ", 1)[1]) for text in events.messages() if " to " in text]
            assert numbers == [140, 560, 680, 421, 211, 141, 560, 681, 861]

        driven(url, drive)


def event_types(peer: Peer) -> list[Any]:
    """StateChanged, ResultReady, JobStarted and Ready, by the specification's numbers."""
    return [peer.client.get_node(ua.NodeId(number, peer.vision)) for number in (1018, 1024, 1013, 1023)]


def test_results_are_found_by_id_and_by_filter() -> None:
    with serving() as (server, url):

        async def drive(peer: Peer) -> None:
            server.state(RUNNING)
            for number in range(1, 6):
                server.fire(result(number))
            nothing = [
                ua.Variant(0, ua.VariantType.Int32),
                ua.MeasIdDataType(Id=""),
                ua.PartIdDataType(Id=""),
                ua.RecipeIdExternalDataType(Id=""),
                ua.RecipeIdInternalDataType(Id=""),
                ua.ConfigurationIdDataType(Id=""),
                ua.ConfigurationIdDataType(Id=""),
                ua.ProductIdDataType(Id=""),
                ua.JobIdDataType(Id=""),
            ]
            page = [ua.Variant(one, ua.VariantType.UInt32) for one in (2, 1)]
            wait = ua.Variant(0, ua.VariantType.Int32)
            complete, count, _, listed, _ = await peer.call(
                peer.results, "GetResultListFiltered", *nothing, *page, wait
            )
            assert (complete, count, [one.PartId.Id for one in listed]) == (False, 2, ["4", "3"])
            nothing[2] = ua.PartIdDataType(Id="5")
            all_of_them = [ua.Variant(0, ua.VariantType.UInt32)] * 2
            complete, _, _, listed, _ = await peer.call(
                peer.results, "GetResultListFiltered", *nothing, *all_of_them, wait
            )
            assert (complete, [one.PartId.Id for one in listed]) == (True, ["5"])
            one = (await peer.call(peer.results, "GetResultById", listed[0].ResultId, wait))[1]
            assert (one.IsSimulated, one.CreationTime.replace(tzinfo=UTC)) == (False, AT)
            assert one.ProcessingTimes.EndTime - one.ProcessingTimes.StartTime == timedelta(milliseconds=40)
            parts = await peer.call(peer.results, "GetResultComponentsById", listed[0].ResultId, wait)
            assert (parts[6].Id, [each.Value for each in parts[-2]]) == ("5", ["pass", "good", 0])
            with pytest.raises(ua.UaStatusCodeError) as refused:
                await peer.call(peer.results, "GetResultById", ua.ResultIdDataType(Id="none"), wait)
            assert refused.value.code == ua.StatusCodes.BadNotFound

        driven(url, drive)


def test_another_recipe_is_prepared_where_the_station_takes_it_and_a_single_job_names_its_part() -> None:
    chosen: list[int] = []

    def choose(number: int) -> bool:
        chosen.append(number)
        return number == 2

    with serving(choose=choose) as (server, url):

        async def drive(peer: Peer) -> None:
            server.state(RUNNING)
            await peer.by_cause(peer.automatic, "Stop")
            nobody = ua.RecipeIdExternalDataType(Id="")
            await peer.call(peer.recipes, "PrepareRecipe", nobody, ua.RecipeIdInternalDataType(Id="2"))
            with pytest.raises(ua.UaStatusCodeError) as refused:
                await peer.call(peer.recipes, "PrepareRecipe", nobody, ua.RecipeIdInternalDataType(Id="9"))
            assert refused.value.code == ua.StatusCodes.BadNotFound
            assert chosen == [2]
            with pytest.raises(ua.UaStatusCodeError) as refused:
                await peer.call(peer.automatic, "StartSingleJob", *job(part="A-7", recipe="labels"))
            assert refused.value.code == ua.StatusCodes.BadInvalidArgument, (
                "the station has not changed it yet"
            )
            server.state(Outputs(state=OperatingState.HALTED, recipe=2))
            await peer.call(peer.automatic, "StartSingleJob", *job(part="A-7", recipe="labels"))
            server.fire(result(1))
            await peer.comes_to(READY)
            assert server.health().halts

        driven(url, drive)


def test_a_recipe_that_is_approved_while_the_station_runs_can_be_prepared() -> None:
    known = list(RECIPES)
    with serving(choose=lambda number: number == 3, recipes=lambda: known) as (server, url):

        async def drive(peer: Peer) -> None:
            server.state(RUNNING)
            await peer.by_cause(peer.automatic, "Stop")
            new = (ua.RecipeIdExternalDataType(Id="lids"), ua.RecipeIdInternalDataType(Id=""))
            with pytest.raises(ua.UaStatusCodeError) as refused:
                await peer.call(peer.recipes, "PrepareRecipe", *new)
            assert refused.value.code == ua.StatusCodes.BadNotFound
            known.append(KnownRecipe(3, "lids", 1))
            await peer.call(peer.recipes, "PrepareRecipe", *new)
            server.state(Outputs(state=OperatingState.READY, recipe=3))
            server.fire(replace(result(1), recipe=3))

        driven(url, drive)
        (kept,) = server._station.results._kept
        assert (kept.ExternalRecipeId.Id, kept.InternalRecipeId.Version) == ("lids", "1")


def test_results_name_the_job_and_the_part_that_they_belong_to() -> None:
    with serving() as (server, url):

        async def drive(peer: Peer) -> None:
            events = Events()
            subscription = await peer.client.create_subscription(20, events)
            await subscription.subscribe_events(peer.station, event_types(peer))
            server.state(RUNNING)
            await peer.by_cause(peer.automatic, "Stop")
            server.fire(result(1, Verdict.REJECT, "halted"))
            single, _ = await peer.call(peer.automatic, "StartSingleJob", *job(part="A-7"))
            server.fire(result(2, Verdict.REJECT, "halted"))  # it came before the station heard of the job
            server.fire(result(3))
            server.fire(result(4, Verdict.REJECT, "halted"))
            continuous, _ = await peer.call(peer.automatic, "StartContinuous", *job(part="A-8"))
            server.fire(result(5))

            async def all_seen() -> bool:
                return len([one for one in events.seen if one.EventType == ua.NodeId(1024, peer.vision)]) == 5

            await peer.until(all_seen, "a result is missing")
            told = [one for one in events.seen if one.EventType == ua.NodeId(1024, peer.vision)]
            assert [(one.PartId.Id, one.JobId.Id) for one in told] == [
                ("1", ""),
                ("2", ""),
                ("A-7", single.Id),
                ("4", ""),
                ("5", continuous.Id),
            ]

        driven(url, drive)


def test_the_signals_can_be_read_and_not_written_and_unknown_methods_are_refused() -> None:
    with serving() as (server, url):

        async def drive(peer: Peer) -> None:
            server.state(RUNNING)
            server.fire(result(12, Verdict.DIVERT, "unsure"))

            async def told() -> bool:
                names = ("LastPart", "LastVerdict", "LastReason")
                return [await peer.read(f"Signals.{name}") for name in names] == [12, 3, 22]

            await peer.until(told, "the result is not told")
            assert await peer.read("Signals.Passed") == 7
            assert await peer.read("Signals.State") == OperatingState.READY
            await asyncio.sleep(0.25)
            still = await peer.read("Signals.Heartbeat")
            await asyncio.sleep(0.25)
            assert await peer.read("Signals.Heartbeat") == still, "the station's cycle stands still"
            server.state(RUNNING)

            async def moved() -> bool:
                return bool(await peer.read("Signals.Heartbeat") != still)

            await peer.until(moved, "the heartbeat stands still")
            with pytest.raises(ua.UaStatusCodeError):
                await peer.write("Signals.Passed", 5, ua.VariantType.UInt32)
            with pytest.raises(ua.UaStatusCodeError) as refused:
                await peer.call(peer.recipes, "RemoveRecipe", ua.RecipeIdExternalDataType(Id="caps"))
            assert refused.value.code == ua.StatusCodes.BadNotSupported
            with pytest.raises(ua.UaStatusCodeError) as refused:
                await peer.call(peer.machine, "Halt")
            assert refused.value.code == ua.StatusCodes.BadArgumentsMissing

        driven(url, drive)


def test_a_handshake_goes_over_nodes() -> None:
    handshake = HandshakePlant()
    with serving(handshake=handshake) as (_, url):

        async def drive(peer: Peer) -> None:
            async def reads(name: str, value: Any) -> None:
                async def there() -> bool:
                    return bool(await peer.read(f"Handshake.{name}") == value)

                await peer.until(there, f"{name} does not become {value}")

            async def say(name: str, value: Any, kind: ua.VariantType = ua.VariantType.Boolean) -> None:
                await peer.write(f"Handshake.{name}", value, kind)

            handshake.exchange(RUNNING)
            await say("Enable", True)
            await reads("Ready", True)
            await say("PartId", 4711, ua.VariantType.UInt32)
            await say("PlantHeartbeat", 9, ua.VariantType.UInt16)
            await say("Trigger", True)
            await reads("TriggerAck", True)
            await reads("Ready", False)
            await say("Trigger", False)
            await reads("TriggerAck", False)
            await say("Trigger", True)
            await reads("Missed", 1)
            told = handshake.exchange(RUNNING)
            assert (told.triggers, told.heartbeat) == (1, 9)
            handshake.fire(result(1))
            await reads("Valid", True)
            shown = [await peer.read(f"Handshake.Result{name}") for name in ("Number", "PartId", "Verdict")]
            assert shown == [1, 4711, 1]
            await say("ResultAck", True)
            await reads("Valid", False)
            await reads("ResultVerdict", 0)
            with pytest.raises(ua.UaStatusCodeError):
                await say("Trigger", "yes", ua.VariantType.String)
            assert handshake.exchange(RUNNING).triggers == 1

        driven(url, drive)


def test_a_port_that_is_taken_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LineError, match=f"port {port}"):
            OpcUaServer(OpcUaServerOptions(port=port))


@pytest.mark.quick
def test_what_keeps_it_from_starting_is_told_with_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_: object) -> None:
        raise OSError("no room for a socket")

    monkeypatch.setattr("tenfold.line.plc.opcua.server.Server.init", fails)
    with pytest.raises(LineError, match=r"port 4999.*cannot be started \(no room for a socket\)") as told:
        OpcUaServer(OpcUaServerOptions(port=4999))
    assert told.value.reason == "port-taken"
    assert "tenfold-opcua" not in [thread.name for thread in threading.enumerate()]


def test_an_encrypted_station_lets_in_whom_it_trusts_and_who_knows_the_password(tmp_path: Path) -> None:
    def side(name: str, **more: str) -> Security:
        return Security(f"{tmp_path}/{name}.der", f"{tmp_path}/{name}.pem", **more)

    (tmp_path / "trusted").mkdir()
    for name in ("plc", "stranger"):
        make_certificate(side(name))
    (tmp_path / "trusted" / "plc.der").write_bytes((tmp_path / "plc.der").read_bytes())
    guarded = side("station", trusted=f"{tmp_path}/trusted", user="plc", password="s3cret")
    with serving(security=guarded) as (_, url):

        async def read(security: Security) -> int:
            client = Client(url, timeout=4)
            await secure_client(client, security)
            async with client:
                index = await client.get_namespace_index(NAMESPACE)
                return int(await client.get_node(f"ns={index};s=Signals.State").read_value())

        assert asyncio.run(read(side("plc", user="plc", password="s3cret"))) == 0
        for wrong, code in (
            (side("plc", user="plc", password="guess"), ua.StatusCodes.BadUserAccessDenied),
            (side("plc"), ua.StatusCodes.BadIdentityTokenRejected),
            (side("stranger", user="plc", password="s3cret"), ua.StatusCodes.BadCertificateUntrusted),
        ):
            with pytest.raises(ua.UaStatusCodeError) as refused:
                asyncio.run(read(wrong))
            assert refused.value.code == code
        with pytest.raises(ua.UaError, match="No matching endpoints"):
            asyncio.run(read(Security()))


def test_a_server_that_ended_says_why_and_the_station_goes_on() -> None:
    with serving() as (server, _):
        server.fire(replace(result(1), verdict="maybe"))  # type: ignore[arg-type]
        for _ in range(500):
            if not server.health().works:
                break
            time.sleep(0.01)
        assert "The OPC UA server ended (" in str(server.health().problem)
        server.state(RUNNING)
        server.fire(result(2))
