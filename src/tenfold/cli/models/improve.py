"""tenfold improve: the live model refitted or trained on corrections, evaluated, made live by a person."""

from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.terminal.text import say
from tenfold.errors import RegistryError, UsageError, counted
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.models.tables import Improvement

_NONE_OF_THESE = "none of these"
# The number of corrections from which training the network gains more than refitting its head.
MANY = 500


@click.command()
@click.option(
    "--own-data/--no-own-data",
    default=True,
    show_default=True,
    help="Learn from the model's own data too, so that it does not forget.",
)
@click.option(
    "--deep",
    is_flag=True,
    help="Train the network: minutes to hours in place of seconds, and new classes too.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="With --deep: how often every picture is seen.",
)
@click.option("--live", is_flag=True, help="Train nothing: make the last improved model live.")
@click.option("--insist", is_flag=True, help="With --live: although it did not win.")
def improve(own_data: bool, deep: bool, epochs: int | None, live: bool, insist: bool) -> None:
    """Refit the model on corrections, and say if it became better.

    That takes seconds and needs no train extra. Every corrected picture is answered by a head that did not
    learn from it, and both models are evaluated by that and by a sample of the data that the live one was
    made from. The new model is registered, and answers only once it is made live.
    """

    if insist and not live:
        raise UsageError("--insist", "goes with --live", cure="Give both.")
    if live and (deep or epochs is not None):
        received = "--deep" if deep else "--epochs"
        raise UsageError("--live", "trains nothing", received=received, cure="Give one of the two.")
    if epochs is not None and not deep:
        raise UsageError("--epochs", "goes with --deep", cure="Give both.")
    with App() as app:
        if live:
            _make_live(app, insist)
        else:
            _improve(app, deep, own_data, epochs)


def _improve(app: App, deep: bool, own_data: bool, epochs: int | None) -> None:
    from tenfold.cli.server.job_progress import follow

    mine = app.jobs.start()
    try:
        one, job = app.improve.begin(deep=deep, with_own_data=own_data, epochs=epochs, by=0)
        asked = {"deep": deep, "with_own_data": own_data, "epochs": epochs}
        app.audit.note(0, "model.improve", f"improvement {one.id}", asked)
        follow(app.jobs, job, mine=mine)
    finally:
        app.jobs.close()
    _print_result(app.improve.improvements.get(one.id))


def _make_live(app: App, insist: bool) -> None:
    evaluated = [one for one in app.improve.improvements.latest() if one.model_hash is not None]
    if not evaluated:
        raise RegistryError("No model", "was trained on corrections", cure="Run `tenfold improve` first.")
    change = app.improve.make_live(evaluated[0].id, insist=insist, by=0)
    details = {"hash": change.model_hash, "reason": change.reason}
    app.audit.note(0, "model.live", f"improvement {evaluated[0].id}", details)
    click.echo(f"Live now: {change.model_hash[:12]} of improvement {evaluated[0].id}.")
    click.echo("`tenfold models rollback` goes back; `tenfold catalogue reclassify` shows what would change.")


def _print_result(one: "Improvement") -> None:
    counts, found = one.counts, one.comparison
    assert found is not None
    assert one.model_hash is not None
    own = f" and {counts['own']:,} of its own" if counts["own"] else ""
    click.echo(f"Learned from {counted(counts['pictures'], 'corrected picture')}{own}.")
    for label in counts["new_classes"]:
        say(f"New class: {label}")
    for label, count in counts["left_out"].items():
        why = "a new class takes --deep" if one.options.get("quick") else "they are too few"
        say(f"Left out: {label} ({counted(count, 'picture')}): {why}.")
    if counts["contradicted"]:
        click.echo(f"Left out: {counted(counts['contradicted'], 'picture')} that people do not agree on.")
    _print_out_of_distribution(counts["none_of_these"], found["none_of_these"])
    say(found["sentence"])
    if one.options.get("quick") and counts["pictures"] >= MANY:
        click.echo(
            f"With {MANY} corrections or more `tenfold improve --deep` may gain more, where it can train."
        )
    click.echo(f"Registered as {one.model_hash[:12]}; make it live with: tenfold improve --live")


def _print_out_of_distribution(count: int, counts: dict[str, Any]) -> None:
    if count:
        click.echo(
            f"Corrected to {_NONE_OF_THESE}: {counted(counts['pictures'], 'picture')}; the live model "
            f"says so of {counts['old']:,}, the new one of {counts['new']:,}."
        )
