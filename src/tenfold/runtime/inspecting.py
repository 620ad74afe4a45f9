"""The parts of the container that keep stations and recipes of a line. Know no picture and no model."""

from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.runtime.cataloguing import Cataloguing
from tenfold.runtime.foundation import part

if TYPE_CHECKING:
    from tenfold.line.stations.orders import Orders
    from tenfold.line.stations.recipes import Recipes
    from tenfold.line.stations.stations import Stations


class Inspecting(Cataloguing):
    """The tables of stations and recipes, and where trails are."""

    @part
    def stations(self) -> "Stations":
        from tenfold.line.stations.stations import Stations

        return Stations(self.database)

    @part
    def station_orders(self) -> "Orders":
        from tenfold.line.stations.orders import Orders

        return Orders(self.database)

    @part
    def recipes(self) -> "Recipes":
        from tenfold.line.stations.recipes import Recipes

        return Recipes(self.database)

    def trail_of(self, station: int) -> Path:
        """The file of a station's trail, which exists once the station has run."""
        return self.home.line / f"station-{station}" / "trail.db"
