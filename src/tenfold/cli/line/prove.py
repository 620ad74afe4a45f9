"""tenfold station prove: another model on the recorded parts of a station."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.text import say
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.workflows.line.prove import ErrorRates


@click.command()
@click.argument("name")
@click.argument("model", required=False)
@click.option("--recipe", "made", metavar="RECIPE", help="By which recipe; else the station's own.")
@click.option(
    "--last",
    type=click.IntRange(1, 1_000_000),
    default=2000,
    show_default=True,
    metavar="N",
    help="How many parts at most, the newest first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def prove(name: str, model: str | None, made: str | None, last: int, as_json: bool) -> int:
    """Judge the recorded parts of station NAME again with MODEL, a registered model or a file.

    By the recipe's newest version; without MODEL with that version's model. Where the model is the version's,
    the proof is kept with it: tenfold station recipe show. The exit status is 1 where it lets more bad parts
    pass, or rejects more good ones, than the station did: of parts that people looked at again, and of
    challenge parts.
    """
    from tenfold.inference import Classifier
    from tenfold.line.trail.trail import time_of
    from tenfold.workflows.line.from_rows import latest_version
    from tenfold.workflows.line.overrule import opened
    from tenfold.workflows.line.prove import prove_version, to_keep

    with App() as app:
        row = app.stations.named(name)
        newest = latest_version(app.recipes, row, made)
        with (
            opened(app.trail_of(row.id)) as trail,
            app.model_named(model or newest.version.model_hash) as file,
        ):
            classifier = Classifier(file, threads=app.settings.threads)
            found = prove_version(trail, row, newest, classifier, last=last)
        keeps = classifier.sha256 == newest.version.model_hash
        if keeps:
            proof = to_keep(found, row.name, time_of(datetime.now(UTC)))
            app.recipes.keep_proof(newest.recipe.id, newest.version.version, proof)
    version = f"version {newest.version.version} of {newest.recipe.name}"
    if as_json:
        click.echo(json.dumps(asdict(found) | {"worse": found.worse, "kept": keeps}))
        return 1 if found.worse else 0
    say(f"{found.parts:,} recorded parts, judged again by {newest.recipe.name}:")
    click.echo(f"  passed before, and would be rejected: {found.now_rejected:,}")
    click.echo(f"  rejected before, and would pass: {found.now_passed:,}")
    _print("good parts that are rejected", found.good)
    _print("bad parts that pass", found.bad)
    if found.good is None and found.bad is None:
        click.echo("Of none it is known what it was: look at some again, or run challenge parts.")
    if found.changed:
        click.echo(f"  parts whose verdict changes: {', '.join(map(str, found.changed))}")
    if found.milliseconds:
        middle, high, _ = found.milliseconds
        click.echo(f"  a part takes {middle:.0f} ms (median), {high:.0f} ms (99 %)")
    click.echo("It is worse than before." if found.worse else "It is no worse than before.")
    kept = f"Kept with {version}." if keeps else f"Not kept: {version} has another model."
    say(kept)
    return 1 if found.worse else 0


def _print(what: str, known: "ErrorRates | None") -> None:
    if known is not None:
        click.echo(
            f"  {what}: {known.before.value:.1%} before, {known.now.value:.1%} now, of {known.now.n:,}"
        )
