"""tenfold line trail, tenfold line override: what a station kept of its parts."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from tenfold.cli.terminal.text import printable

_TRAIL = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_TRAIL)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def trail(file: Path, as_json: bool) -> int:
    """Check the trail in FILE and print its figures. The exit status is 1 where it was changed."""
    from tenfold.line.statistics import statistics
    from tenfold.line.trail import Trail

    with Trail(file) as opened:
        changed, (rows, head) = opened.verify(), opened.head
        found = statistics(opened.rows())
    if as_json:
        share = {"first_pass_yield": found.first_pass_yield}
        click.echo(
            json.dumps({"rows": rows, "head": head, "first_changed": changed, **share, **asdict(found)})
        )
        return 1 if changed else 0
    click.echo(
        "The chain holds." if changed is None else f"Row {changed} was changed, or a row before it is gone."
    )
    click.echo(f"{rows:,} rows, the last with the hash {head}")
    if found.first_pass_yield is not None:
        click.echo(f"{found.parts:,} parts, {found.passed:,} passed ({found.first_pass_yield:.1%})")
    for reason, count in found.reasons:
        click.echo(f"  {reason}: {count:,}")
    print_times(found.verdict_ms)
    for group in found.groups:
        if group.outside:
            limits = f"{group.low:.1%} to {group.high:.1%}"
            click.echo(
                f"Parts from {group.first:,}: {group.rejects:.1%} rejected, outside the limits of {limits}"
            )
    return 1 if changed else 0


@click.command()
@click.argument("file", type=_TRAIL)
@click.argument("part", type=click.IntRange(min=1))
@click.argument("verdict", type=click.Choice(["pass", "reject", "divert"]))
@click.option("--by", required=True, metavar="NAME", help="Who looked at the part.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the verdict is given.")
def override(file: Path, part: int, verdict: str, by: str, reason: str) -> None:
    """Keep a person's VERDICT on a PART in the trail FILE, also while its station runs.

    Nothing is changed: it is a row of its own. Tell also where you agree with the station: the shares of good
    parts rejected and bad parts passed are computed from all parts that were looked at again.
    """
    from tenfold.line.overrides import override as keep
    from tenfold.line.parts import Verdict
    from tenfold.line.trail import Trail

    with Trail(file) as opened:
        row = keep(opened, part, Verdict(verdict), by=by, reason=reason)
    click.echo(printable(f"Part {part}: {row.body['before']} before, {verdict} by {row.body['by']}"))
    click.echo(f"Row {row.number:,} of the trail, with the hash {row.hash}")


def print_times(times: Sequence[float]) -> None:
    """Print percentiles of times to verdict, in ms."""
    if times:
        middle, high, most = times
        click.echo(
            f"Photo-eye to verdict: {middle:.0f} ms (median), {high:.0f} ms (99 %), {most:.0f} ms at most"
        )
