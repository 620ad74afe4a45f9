"""Stations that do not run, and never did: one that is added and then paused may run in between."""

from dataclasses import asdict

from tenfold.database import now
from tenfold.runtime import App
from tenfold.workflows.line.cameras import station_camera

SOURCE = "http://127.0.0.1:9/snapshot.jpg"


def paused_station(app: App, name: str, source: str = SOURCE) -> int:
    """Add one; its number."""
    camera = asdict(station_camera(source, app.cameras, user="", password=""))
    return app.stations.add(name, camera, by=0, snapshot=True, paused_at=now()).id
