"""Which run `tenfold train` trains: a new one, or one that exists and goes on. Trains nothing."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.cli.training.request import Asked
from tenfold.errors import TrainingError, UsageError

if TYPE_CHECKING:
    from tenfold.recipes.recipe import Recipe
    from tenfold.runs.run import Run


def choose_run(
    asked: Asked, runs: Path, choose_network: Callable[[Asked], Asked] = lambda asked: asked
) -> "tuple[Asked, Run, Recipe]":
    """The request with its data, the run, and its recipe; `resume` of the request: whether the run goes on.

    A run in the folder that --run names goes on as with --resume: load it if it is there, else create it.

    Args:
        runs: where runs are kept that are not named.
        choose_network: of a new run.

    Raises:
        TrainingError: the run to go on with is not there, or its pictures are not.
        UsageError: the options would change it.
    """
    from tenfold.runs.listing import latest_run, new_run_folder
    from tenfold.runs.run import Run

    only_shown = asked.show_recipe or asked.find_rate
    if asked.resume:
        run = _existing(asked.run_folder, runs) if asked.run_folder else latest_run(runs)
    elif asked.run_folder and not only_shown and Run(asked.run_folder).checkpoint_file.is_file():
        run = Run(asked.run_folder)
    else:
        asked = choose_network(asked)
        recipe = asked.recipe()
        run = Run(asked.run_folder or new_run_folder(runs, datetime.now(), recipe.network))
        return asked, run, recipe
    if not run.recipe_file.is_file():
        raise TrainingError(
            f"The run folder {run.folder}",
            "holds a run without its recipe",
            cure="Name another folder with --run.",
        )
    recipe = run.parse_recipe()
    if differing := list(_differences(asked, recipe)):
        raise UsageError(
            f"The run {run.folder}",
            "was started with other settings",
            received=", ".join(differing),
            cure="Leave them out to go on with it, or name another folder with --run.",
        )
    return asked.going_on_in(_source(asked, run)), run, recipe


def _existing(folder: Path, runs: Path) -> "Run":
    """The run in a folder, or of that name among `runs`. Raises TrainingError where there is none."""
    from tenfold.runs.run import Run

    places = [folder] if folder.is_absolute() else [folder, runs / folder]
    found = [run for run in map(Run, places) if run.recipe_file.is_file()]
    return found[0] if found else Run.open(folder)


def _differences(asked: Asked, recipe: "Recipe") -> Iterator[str]:
    """Each setting that the options would change: what it is there, and what it would be here."""
    from tenfold.recipes.recipe_file import flat

    there, here = (dict(flat(asdict(one))) for one in (recipe, asked.recipe(recipe)))
    for name in dict.fromkeys([*there, *here]):
        if there.get(name) != here.get(name):
            yield f"{name}: {there.get(name)} there, {here.get(name)} here"


def _source(asked: Asked, run: "Run") -> str:
    """Where the run's pictures are now; their content is checked when the run goes on."""
    if asked.source is not None:
        return asked.source
    source = str(run.require_data()["source"])
    if source != "cifar10" and not Path(source).exists() and not run.ended:
        raise TrainingError(
            f"The run {run.folder}",
            "was started with pictures that are no longer where they were",
            received=source,
            cure="If they were moved, name their place with --data: the run goes on if they are the same.",
        )
    return source
