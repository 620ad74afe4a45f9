"""tenfold line: a production line, simulated."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.line.modbus import modbus
from tenfold.cli.line.trail import override, print_times, trail
from tenfold.cli.terminal.paths import FILE_TO_WRITE
from tenfold.cli.terminal.text import say
from tenfold.errors import UsageError

if TYPE_CHECKING:
    from tenfold.workflows.line.simulate import Result

_ALL = "all"
_VEHICLES = ("airplane", "automobile", "ship", "truck")


@click.group()
def line() -> None:
    """Inspect parts on a production line, and try it without a plant."""


line.add_command(trail)
line.add_command(modbus)
line.add_command(override)


@line.command()
@click.option(
    "--parts",
    type=click.IntRange(1, 1_000_000),
    default=200,
    show_default=True,
    metavar="N",
    help="How many parts come.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0.2, 100),
    default=10.0,
    show_default=True,
    metavar="PER_SECOND",
    help="How many come a second.",
)
@click.option("--model", metavar="MODEL", help="A model file, or a bundled model; else the bundled photo.")
@click.option(
    "--data",
    metavar="DIR",
    help="Labelled pictures of parts, a folder for each class; else a hundred of CIFAR-10's.",
)
@click.option(
    "--accept",
    "accepts",
    multiple=True,
    metavar="CLASS",
    help="A class that passes; may be given several times. Else the vehicles of CIFAR-10, or good and ok.",
)
@click.option(
    "--faults",
    default="",
    metavar="LIST",
    help="Faults that come in mid-run, with commas between: camera-cut, frozen-picture, plc-cut, broker-cut,"
    " slow-model, kill, belt-stop, belt-reverse, clock-jump; or all.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(10, 60_000),
    default=400.0,
    show_default=True,
    metavar="MS",
    help="From the photo-eye to the release.",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.6,
    show_default=True,
    help="Confidence below which a part is unsure, and rejected.",
)
@click.option(
    "--trail",
    type=FILE_TO_WRITE,
    metavar="FILE",
    help="Keep the trail here; a new file.",
)
@click.option(
    "--signals",
    type=click.Choice(["modbus", "opcua"]),
    default="modbus",
    show_default=True,
    help="What the simulated PLC speaks.",
)
@click.option(
    "--serve-opcua",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Let the station be an OPC UA server of OPC 40100-1 at this port of 127.0.0.1 meanwhile.",
)
@click.option(
    "--slip",
    type=click.FloatRange(-20, 20),
    default=0.0,
    show_default=True,
    metavar="PERCENT",
    help="The belt slips: its encoder moves this much further than it does; below 0: less far.",
)
@click.option("--gate-eye", is_flag=True, help="A second photo-eye before the gate sees where parts are.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
def simulate(
    data: str | None,
    accepts: tuple[str, ...],
    faults: str,
    deadline: float,
    slip: float,
    as_json: bool,
    **given: Any,
) -> int:
    """Run a station on a simulated plant, and report what became of every part.

    Belt, photo-eye, encoder, camera, gate, reject sensor and PLC run in a process of their own, reached over
    Modbus TCP or OPC UA, and HTTP, as a plant's are. The exit status is 1 where a part passed unjudged.
    """
    from tenfold.line.plc import require
    from tenfold.workflows.line import simulate as simulation

    require()
    if given["trail"] is not None and given["trail"].exists():
        raise UsageError(
            f"The file {given['trail'].name}",
            "is there already",
            cure="Name a new file for the trail.",
            reason="file-present",
        )
    pictures = _pictures(data)
    options = simulation.SimulationOptions(
        accepts=_accepted(accepts, sorted({label for _, label in pictures}) if pictures else _VEHICLES),
        pictures=pictures,
        faults=_faults(faults, simulation.FAULTS),
        deadline=deadline / 1000,
        slip=slip / 100,
        **given,
    )
    if not as_json:
        say(f"{options.parts:,} parts, {options.rate:g} a second. Accepted: {', '.join(options.accepts)}.")
    found = simulation.simulate(
        options, (lambda text: None) if as_json else lambda text: click.echo(f"  {text}")
    )
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        _print(found)
    return 1 if found.passed_unjudged or found.rejects_missed or not found.intact else 0


def _pictures(data: str | None) -> list[tuple[Path, str]] | None:
    if data is None:
        return None
    from tenfold.datasets.opening import listed

    found = [(entry.path, entry.label) for entry in listed(data).entries]
    if not found:
        raise UsageError(
            "The folder",
            "holds no labelled picture",
            received=data,
            cure="A folder for each class.",
            reason="no-class-folders",
        )
    return found


def _accepted(given: Sequence[str], classes: Sequence[str]) -> list[str]:
    if given:
        return list(given)
    good = [name for name in classes if name.lower() in ("good", "ok", "pass")]
    vehicles = [name for name in classes if name in _VEHICLES]
    if not (good or vehicles):
        raise UsageError(
            "Which parts are good",
            "is not known",
            received=f"the classes {', '.join(classes)}",
            cure="Name them with --accept.",
            reason="accept-needed",
        )
    return good or vehicles


def _faults(given: str, known: Sequence[str]) -> list[str]:
    from tenfold.line.simulator import broker

    if given.strip() == _ALL:
        return [name for name in known if name != "broker-cut" or broker.program() is not None]
    names = [
        name.strip().lower().replace("_", "-").replace(" ", "-") for name in given.split(",") if name.strip()
    ]
    found = []
    for name in names:
        # "camera" and "plc" are enough, as long as no other fault begins so.
        fits = [one for one in known if one.startswith(name)]
        if len(fits) != 1 and name not in known:
            raise UsageError(
                "A fault",
                "is not known",
                received=name,
                cure=f"Take of: {', '.join(known)}, or all.",
                reason="fault-unknown",
            )
        found.append(name if name in known else fits[0])
    return found


def _print(found: "Result") -> None:
    click.echo(f"{found.passed:,} of {found.parts:,} parts passed, {found.rate:g} a second; of the others:")
    for reason, count in found.reasons.items():
        if reason != "good":
            click.echo(f"  {reason}: {count:,}")
    click.echo(f"Passed unjudged: {found.passed_unjudged}, rejects that passed: {found.rejects_missed}")
    click.echo(f"Verdicts to reject that came after the part was at the gate: {found.rejected_late}")
    click.echo(f"Verdicts in the trail: {found.trail_rows:,} of {found.parts:,}")
    if not found.intact:
        click.echo("The trail's chain of hashes does not hold.")
    print_times(list(found.verdict_ms.values()))
    click.echo(f"Good parts rejected: {found.good_rejected}; bad parts called good: {found.bad_passed}")
