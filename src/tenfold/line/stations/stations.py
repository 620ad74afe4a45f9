"""The stations of a line: added, changed, paused, removed. Does not run them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tenfold.database import Database, now
from tenfold.database.claims import Claims
from tenfold.database.names import checked_name, name_taken
from tenfold.errors import LineError, UnknownStation
from tenfold.line.belt import Gate
from tenfold.line.holds import ChallengeRule
from tenfold.line.stations import recipes, wiring
from tenfold.line.stations.tables import StationRow

_NAME = "The station's name"
DEFAULTS: Mapping[str, Any] = {
    "snapshot": False,
    "plant": {"kind": "none"},
    "trigger": {"kind": "hand"},
    # In counts of the encoder; in milliseconds where there is none.
    "gate": {"distance": 1000, "window": 400, "sensor": 0, "slack": 0},
    "broker": None,
    "outputs": [],
    "region": [0.0, 0.0, 1.0, 1.0],
    "locate": True,
    "deadline": 0.4,
    "picture_within": 0.2,
    "recipe_id": None,
    "first_parts": 0,
    "challenge": None,
}
# Changes that a running station takes over; after any other it restarts.
_FOLLOWED = {"name", "recipe_id", "status", "worker"}


class Stations(Claims[StationRow]):
    """The table of stations."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, StationRow, _unknown)

    def add(self, name: str, camera: Mapping[str, str], *, by: int, **values: Any) -> StationRow:
        """Add a station, which runs from now on.

        Args:
            camera: kind, target, user and password of its address (`cameras.address`).
            values: columns of `StationRow`, where they are not the usual ones (`DEFAULTS`).

        Raises:
            LineError: the name is taken, the camera is a page's, or what it is wired to does not go together.
        """
        moment = now()
        row = StationRow(
            name=checked_name(name, _NAME, LineError),
            **(dict(camera) | dict(DEFAULTS) | values),
            added_at=moment,
            added_by=by,
            changed_at=moment,
        )
        _check(row)
        try:
            with self._database.writing() as session:
                _check_recipe(session, row.recipe_id)
                session.add(row)
        except IntegrityError as reason:
            raise name_taken(row.name, "station", LineError) from reason
        return row

    def change(self, number: int, **values: Any) -> StationRow:
        """Set columns of a station; raises as `add`, and UnknownStation."""
        if "name" in values:
            values["name"] = checked_name(values["name"], _NAME, LineError)
        try:
            with self._database.writing() as session:
                row = self._existing(session, number)
                _check_recipe(session, values.get("recipe_id"))
                for column, value in values.items():
                    setattr(row, column, value)
                _check(row)
                if values.keys() - _FOLLOWED:
                    row.changed_at = now()
        except IntegrityError as reason:
            raise name_taken(str(values.get("name")), "station", LineError) from reason
        return row

    def start_anew(self, number: int) -> StationRow:
        """Have the process that runs a station restart it; raises UnknownStation."""
        return self.change(number, changed_at=now())

    def remove(self, number: int) -> StationRow:
        """Stop a station for good. Its passwords are forgotten; its trail stays."""
        return self.change(
            number,
            removed_at=now(),
            user="",
            password="",
            broker=None,
            plant={"kind": "none"},
            outputs=[],
            trigger={"kind": "hand"},
            status=None,
            worker=None,
        )


def _check_recipe(session: Session, recipe_id: int | None) -> None:
    """Raise UnknownRecipe where the station's recipe does not exist."""
    if recipe_id is not None:
        recipes.existing(session, recipe_id)


def _check(row: StationRow) -> None:
    if row.kind == "browser":
        raise LineError(
            f"browser:{row.target}",
            "is no camera that a station can look through",
            cure="Name another.",
            reason="not-watchable",
        )
    _, _, width, height = row.region
    if not (width > 0 and height > 0):
        cure = "Give left, top, width and height in parts of the picture, such as 0,0,1,1."
        raise LineError(
            f"The region of the station {row.name}",
            "is empty",
            received=f"{row.region}",
            cure=cure,
            reason="region-outside",
        )
    try:
        wiring.check(row.plant, wiring.Trigger.from_json(row.trigger), Gate(**row.gate), row.broker)
        if row.challenge is not None:
            ChallengeRule(**row.challenge)
    except (TypeError, KeyError, IndexError) as error:  # a name that is not known, or one that is missing
        raise LineError(
            f"The station {row.name}",
            "has a setting that is not known, or lacks one",
            received=str(error),
            cure="See the page on production lines in the documentation.",
            reason="wiring",
        ) from error


def _unknown(which: int | str) -> UnknownStation:
    return UnknownStation(f"Station {which}", "does not exist", cure="tenfold station list lists them.")
