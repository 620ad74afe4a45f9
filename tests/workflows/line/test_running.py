"""A running station's side that needs no process: what it reads while it is tended."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tenfold.cameras.cameras import Cameras
from tenfold.database import Database
from tenfold.line.recipe import WHOLE
from tenfold.line.stations.orders import Orders
from tenfold.line.stations.recipes import Recipes
from tenfold.line.stations.stations import Stations
from tenfold.workflows.line.running import RunningStation

CAMERA = {"kind": "usb", "target": "0", "user": "", "password": ""}


class CopyingRegistry:
    """A registry that copies a model's file for whoever asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.copies = folder, 0

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        self.copies += 1
        yield self._folder / f"{key}-{self.copies}"


def test_the_file_of_a_model_is_copied_once_however_often_a_station_is_tended(
    database: Database, tmp_path: Path
) -> None:
    stations, recipes = Stations(database), Recipes(database)
    region = {"name": "part", "box": list(WHOLE), "accepts": ["cap"]}
    recipe = recipes.add("bottle", by=0)
    recipes.add_version(recipe.id, by=0, model_hash="a" * 64, classes=["cap"], regions=[region])
    recipes.approve(recipe.id, 1, by=0)
    row = stations.add("gate", CAMERA, by=0, recipe_id=recipe.id)
    registry: Any = CopyingRegistry(tmp_path)
    running = RunningStation(
        row, tmp_path / "trail.db", stations, Orders(database), recipes, Cameras(database), registry
    )
    for _ in range(3):
        running.tend()
    assert registry.copies == 1
