"""tenfold line trail, tenfold line override: the trail of a station, and overrides in it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.paths import FILE_THERE, FILE_TO_WRITE
from tenfold.cli.terminal.text import say
from tenfold.errors import UsageError

if TYPE_CHECKING:
    from tenfold.line.trail.statistics import Statistics
    from tenfold.line.trail.trail import Trail


@click.command()
@click.argument("file", type=FILE_THERE)
@click.option(
    "--order", type=click.IntRange(1), metavar="N", help="Only this order, as the plant numbers it."
)
@click.option("--csv", "as_csv", type=FILE_TO_WRITE, metavar="FILE", help="Write the rows as CSV.")
@click.option(
    "--parquet", type=FILE_TO_WRITE, metavar="FILE", help="Write the rows as Parquet (extra parquet)."
)
@click.option(
    "--pdf",
    type=FILE_TO_WRITE,
    metavar="FILE",
    help="Write a record with figures, the pictures of parts that did not pass, and hashes.",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def trail(
    file: Path,
    order: int | None,
    as_csv: Path | None,
    parquet: Path | None,
    pdf: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Check the trail in FILE, print its figures, export it. The exit status is 1 where it was changed."""
    from tenfold.line.trail.statistics import statistics
    from tenfold.line.trail.trail import Trail

    with Trail(file) as opened:
        changed, (rows, head) = opened.verify(), opened.head
        found = statistics(opened.rows(order=order))
        if order is not None and not found.parts:
            raise UsageError(
                f"The order {order}", "has no part in this trail", received=file.name, reason="order-unknown"
            )
        written = _export(opened, order, as_csv, parquet, pdf, force)
    if as_json:
        share = {"first_pass_yield": asdict(found.first_pass_yield) if found.first_pass_yield else None}
        facts = {"rows": rows, "head": head, "first_changed": changed, "order": order, "written": written}
        click.echo(json.dumps({**facts, **share, **asdict(found)}))
        return 1 if changed else 0
    click.echo(
        "The chain holds." if changed is None else f"Row {changed} was changed, or a row before it is gone."
    )
    click.echo(f"{rows:,} rows, the last with the hash {head}")
    _print_figures(found)
    for target in written:
        say(f"Wrote {target}")
    return 1 if changed else 0


def _export(
    trail: "Trail",
    order: int | None,
    csv: Path | None,
    parquet: Path | None,
    pdf: Path | None,
    force: bool,
) -> list[str]:
    """Write what is asked for; the files."""
    from tenfold.files import replacing, write_whole
    from tenfold.line.trail import export, record

    targets = [target for target in (csv, parquet, pdf) if target is not None]
    for target in targets:
        if target.exists() and not force:
            raise UsageError(
                f"The file {target.name}",
                "is there already",
                cure="Name another file, or write over it with --force.",
                reason="file-present",
            )
    if csv is not None:
        write_whole(csv, export.csv(trail, order=order))
    if parquet is not None:
        write_whole(parquet, export.parquet(trail, order=order))
    if pdf is not None:
        with replacing(pdf) as part:
            record.write(trail, part, order=order)
    return [str(target) for target in targets]


def _print_figures(found: "Statistics") -> None:
    if found.first_pass_yield is not None:
        click.echo(f"{found.parts:,} parts, {found.passed:,} passed: {found.first_pass_yield}")
    for reason, count in found.reasons:
        click.echo(f"  {reason}: {count:,}")
    print_times(found.verdict_ms)
    if found.overkill:
        click.echo(f"Good parts rejected, of those looked at again: {found.overkill}")
    if found.escape:
        click.echo(f"Bad parts passed, of those looked at again: {found.escape}")
    if one := found.challenges:
        click.echo(
            f"Challenge parts: {one.bad_rejected:,} of {one.bad:,} bad ones rejected,"
            f" {one.good_passed:,} of {one.good:,} good ones passed, the last at {one.last}"
        )
    for group in found.groups:
        if group.outside:
            limits = f"{group.low:.1%} to {group.high:.1%}"
            click.echo(
                f"Parts from {group.first:,}: {group.rejects:.1%} rejected, outside the limits of {limits}"
            )


@click.command()
@click.argument("file", type=FILE_THERE)
@click.argument("part", type=click.IntRange(min=1))
@click.argument("verdict", type=click.Choice(["pass", "reject", "divert"]))
@click.option("--by", required=True, metavar="NAME", help="Who looked at the part.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the verdict is given.")
def override(file: Path, part: int, verdict: str, by: str, reason: str) -> None:
    """Add a person's VERDICT on a PART to the trail FILE, also while its station runs.

    Nothing is changed: it is a row of its own. Give one also where you agree with the station: the shares
    of good parts rejected and bad parts passed are computed from all parts that were looked at again.
    """
    from tenfold.line.parts import Verdict
    from tenfold.line.trail.overrides import override as keep
    from tenfold.line.trail.trail import Trail

    with Trail(file) as opened:
        row = keep(opened, part, Verdict(verdict), by=by, reason=reason)
    say(f"Part {part}: {row.body['before']} before, {verdict} by {row.body['by']}")
    click.echo(f"Row {row.number:,} of the trail, with the hash {row.hash}")


def print_times(times: Sequence[float]) -> None:
    """Print percentiles of times to verdict, in ms."""
    if times:
        middle, high, most = times
        click.echo(
            f"Photo-eye to verdict: {middle:.0f} ms (median), {high:.0f} ms (99 %), {most:.0f} ms at most"
        )
