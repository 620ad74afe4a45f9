"""tenfold runs: the training runs that there are: listed, shown, compared, deleted. Needs no torch."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.terminal.paths import FOLDER
from tenfold.cli.terminal.sparkline import sparkline
from tenfold.cli.terminal.text import padded, printable, table, width
from tenfold.paths import Home
from tenfold.runs.progress import clock

if TYPE_CHECKING:
    from tenfold.runs.run import Run

_CURVES = ("loss", "accuracy", "precision", "recall", "rate")
_CURVE_COLUMNS = 40


@click.group(invoke_without_command=True)
@click.option(
    "--in",
    "folder",
    type=FOLDER,
    metavar="DIR",
    help="The folder that holds the runs; otherwise runs in tenfold's home.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def runs(context: click.Context, folder: Path | None, as_json: bool) -> None:
    """List, show, compare and delete training runs.

    Without a command it lists them, the newest first.
    """
    from tenfold import settings
    from tenfold.runs.listing import find_runs

    context.obj = folder or Home(settings.load().home).runs
    if context.invoked_subcommand is not None:
        return
    found = find_runs(context.obj)
    if as_json:
        click.echo(json.dumps([_facts(run) for run in found], indent=2))
    elif found:
        click.echo(_listed(found))
    else:
        click.echo(f"No runs in {printable(str(context.obj))}. Start one with `tenfold train`.")


@runs.command()
@click.argument("run")
@click.pass_obj
def show(folder: Path, run: str) -> None:
    """Show a run: its state, curves, recipe and environment.

    RUN is a name from the list, or the path of a run's folder.
    """
    from tenfold.recipes.recipe_file import flat
    from tenfold.runs.listing import named_run

    found = named_run(run, folder)
    click.echo(_text(_standing(found)))
    curves = _curves(found)
    if curves:
        click.echo("\nCurves, from the first epoch to the last\n" + _text(curves))
    for title, facts in (
        ("Recipe", found.recipe),
        ("Environment", found.environment),
        ("Data", found.data),
    ):
        if facts:
            click.echo(f"\n{title}\n" + _text([(name, _value(value)) for name, value in flat(facts)]))


@runs.command()
@click.argument("names", nargs=-1, required=True, metavar="RUN RUN...")
@click.pass_obj
def compare(folder: Path, names: tuple[str, ...]) -> None:
    """Compare runs: figures, curves, and the settings in which they differ.

    `tenfold compare` runs their models on the same pictures.
    """
    from tenfold.errors import UsageError
    from tenfold.recipes.recipe_file import flat
    from tenfold.runs.listing import named_run

    if len(names) < 2:
        raise UsageError(
            "A comparison", "needs two runs or more", received=names[0], cure="`tenfold runs` lists them."
        )
    found = [named_run(name, folder) for name in names]
    rows = [("", *(run.name for run in found))]
    rows += [(name, *values) for name, values in _beside([dict(_standing(run)) for run in found])]
    rows += [("validation accuracy", *(_curve(run, "validation_accuracy", 24) for run in found))]
    recipes = [{name: _value(value) for name, value in flat(run.recipe)} for run in found]
    different = [(name, *values) for name, values in _beside(recipes) if len(set(values)) > 1]
    click.echo(table(rows))
    click.echo("\nSettings that differ\n" + table(different) if different else "\nNo setting differs.")


@runs.command()
@click.argument("run")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@click.pass_obj
def delete(folder: Path, run: str, yes: bool) -> None:
    """Delete a run's folder with its checkpoints, figures and model file."""
    from tenfold.runs.listing import named_run

    found = named_run(run, folder)
    where = printable(str(found.folder))
    if not yes:
        size = sum(file.stat().st_size for file in found.folder.rglob("*") if file.is_file())
        kept = f", with its model file ({_share(found.test_accuracy)} on the test)" if found.has_model else ""
        epochs = f"{found.done} epochs of {found.network}"
        click.confirm(f"Delete {where}: {printable(epochs)}, {size / 1e6:,.1f} MB{kept}?", abort=True)
    found.delete()
    click.echo(f"Deleted {where}")


def _listed(found: "list[Run]") -> str:
    head = ("name", "network", "data", "epochs", "validation", "test", "when", "state")
    rows = [
        (
            run.name,
            run.network,
            _data(run),
            _epochs(run),
            _best(run),
            _share(run.test_accuracy),
            run.when(),
            run.state,
        )
        for run in found
    ]
    return table([head, *rows])


def _facts(run: "Run") -> dict[str, Any]:
    best = run.best
    return {
        "name": run.name,
        "folder": str(run.folder.absolute()),
        "network": run.network,
        "data": run.source,
        "epochs": run.done,
        "epochs_planned": run.planned,
        "best_epoch": best.epoch if best else None,
        "best_validation_accuracy": best.accuracy if best else None,
        "kept_epoch": run.kept_epoch,
        "test_accuracy": run.test_accuracy,
        "seconds": round(run.seconds, 1),
        "changed": run.changed,
        "state": run.state,
    }


def _standing(run: "Run") -> list[tuple[str, str]]:
    """Names and values: where a run stands."""
    best = run.best
    return [
        ("run", printable(str(run.folder))),
        ("network", run.network),
        ("data", run.source),
        ("state", run.state),
        ("epochs", _epochs(run)),
        ("best validation accuracy", f"{_best(run)} in epoch {best.epoch}" if best else "-"),
        ("kept epoch", str(run.kept_epoch or "-")),
        ("test accuracy", _share(run.test_accuracy)),
        ("model file", printable(str(run.model_file)) if run.has_model else "-"),
        ("time", clock(run.seconds)),
        ("time for an epoch", f"{run.seconds / run.done:.1f} s" if run.done else "-"),
        ("last change", run.when()),
    ]


def _curves(run: "Run") -> list[tuple[str, str]]:
    """Each figure's curve, with the first, the last and the best value."""
    found = []
    for figure in _CURVES:
        for name in (figure, f"validation_{figure}"):
            known = [value for _, value in run.points(name)]
            if known:
                ends = f"{_figure(name, known[0])} to {_figure(name, known[-1])}"
                extreme = min(known) if name.endswith("loss") else max(known)
                best = "" if figure == "rate" else f", best {_figure(name, extreme)}"
                curve = _curve(run, name, _CURVE_COLUMNS)
                found.append((name.replace("_", " "), f"{curve}  {ends}{best}"))
    return found


def _curve(run: "Run", figure: str, columns: int) -> str:
    return sparkline(run.curve(figure), columns, sys.stdout.encoding)


def _beside(several: list[dict[str, str]]) -> list[tuple[str, list[str]]]:
    """Every name that any of them has, with the value of each."""
    names = dict.fromkeys(name for one in several for name in one)
    return [(name, [one.get(name, "-") for one in several]) for name in names]


def _epochs(run: "Run") -> str:
    return f"{run.done}/{run.planned}" if run.planned else str(run.done)


def _best(run: "Run") -> str:
    return _share(run.best.accuracy if run.best else None)


def _data(run: "Run") -> str:
    """The data's own name; where it lies, `tenfold runs show` tells."""
    return Path(run.source).name or run.source


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"


def _figure(name: str, value: float) -> str:
    return f"{value:.4g}" if name.endswith(("loss", "rate")) else f"{value:.2%}"


def _value(value: Any) -> str:
    return (value or "-") if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(rows: list[tuple[str, str]]) -> str:
    """Names and values under each other."""
    column = max(width(name) for name, _ in rows)
    return "\n".join(f"  {padded(printable(name), column)}  {printable(value)}" for name, value in rows)
