"""tenfold line modbus read: what a PLC's registers hold, in every way of counting."""

import json
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Literal

import click

_CLEAR = "\x1b[H\x1b[2J"


@click.group()
def modbus() -> None:
    """Read a PLC that answers Modbus TCP."""


@modbus.command()
@click.argument("host")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=502,
    show_default=True,
    metavar="PORT",
    help="The PLC's port.",
)
@click.option(
    "--unit", type=click.IntRange(0, 255), default=1, show_default=True, help="1 or 255 for most PLCs on TCP."
)
@click.option(
    "--first",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Address on the wire, from 0.",
)
@click.option(
    "--count",
    type=click.IntRange(1, 125),
    default=10,
    show_default=True,
    metavar="N",
    help="How many registers.",
)
@click.option(
    "--kind",
    type=click.Choice(["holding", "input"]),
    default="holding",
    show_default=True,
    help="Which registers.",
)
@click.option(
    "--watch", type=click.FloatRange(0.05, 60), metavar="SECONDS", help="Read again and again, until Ctrl+C."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each reading.")
def read(
    host: str,
    port: int,
    unit: int,
    first: int,
    count: int,
    kind: Literal["holding", "input"],
    watch: float | None,
    as_json: bool,
) -> None:
    """Show registers of the PLC at HOST by every address and in both word orders.

    Have the PLC write a known value: the row that shows it tells how its manual counts, and the column which
    half of a 32-bit value comes first.
    """
    from tenfold.line.plc import require

    require()
    from tenfold.line.plc.modbus_tcp import ModbusClient

    before: list[int] | None = None
    with suppress(KeyboardInterrupt), closing(ModbusClient(host, port, unit)) as client:
        while True:
            found = client.read(first, min(count, 65536 - first), kind)
            if as_json:
                click.echo(json.dumps({"first": first, "unit": unit, "registers": found}))
            else:
                if watch is not None and sys.stdout.isatty():
                    click.echo(_CLEAR, nl=False)
                _print(found, first, kind, before)
            if watch is None:
                return
            before = found
            time.sleep(watch)


def _print(found: Sequence[int], first: int, kind: str, before: Sequence[int] | None) -> None:
    from tenfold.line.plc.registers import join

    manual = 40001 if kind == "holding" else 30001
    click.echo("from 0  from 1  manual   value  32 bits, high first  low first")
    for at, value in enumerate(found):
        both = ""
        if at + 1 < len(found):
            high, low = join(value, found[at + 1], "high-first"), join(value, found[at + 1], "low-first")
            both = f"{high:>21}{low:>11}"
        changed = " *" if before is not None and before[at] != value else ""
        address = first + at
        click.echo(f"{address:>6}{address + 1:>8}{manual + address:>8}{value:>8}{both}{changed}")
