"""The parts of the container that keep something in the database and in blob stores. Know no network.

Notifications, cameras, stations of a line, the picture catalogue.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.runtime.foundation import Foundation, made, part

if TYPE_CHECKING:
    from tenfold.cameras.cameras import Cameras
    from tenfold.cameras.clips import Clips
    from tenfold.cameras.events import CameraEvents
    from tenfold.cameras.rules.kept import Rules
    from tenfold.catalogue.edits.actions import Actions
    from tenfold.catalogue.edits.corrections import CorrectedEntries
    from tenfold.catalogue.edits.reclassification import Reclassifications
    from tenfold.catalogue.entries.erasing import Eraser
    from tenfold.catalogue.entries.originals import Originals
    from tenfold.catalogue.entries.pictures import PictureFiles
    from tenfold.catalogue.export.exports import Exports
    from tenfold.catalogue.ingest.ingest import Ingest
    from tenfold.catalogue.ingest.watched_folders import WatchedFolders
    from tenfold.catalogue.organise.organise import Organiser
    from tenfold.catalogue.search.review import Review
    from tenfold.catalogue.search.search import Search
    from tenfold.catalogue.similar.duplicates import Duplicates
    from tenfold.images import Limits
    from tenfold.line.stations.orders import Orders
    from tenfold.line.stations.recipes import Recipes
    from tenfold.line.stations.stations import Stations
    from tenfold.outbox import Outbox, Sender
    from tenfold.server_files import ServerFiles
    from tenfold.workflows.tell import Tell


class Repositories(Foundation):
    """What is kept of everything but models."""

    # Notifications.

    rules: "part[Rules]" = made("tenfold.cameras.rules.kept:Rules", "database")
    outbox: "part[Outbox]" = made("tenfold.outbox:Outbox", "database")

    @part
    def sender(self) -> "Sender":
        from tenfold.jobs.process import has_ended, new_worker
        from tenfold.outbox import OutboxQueue, Sender

        return Sender(self.outbox, OutboxQueue(self.database), new_worker(), has_ended)

    tell: "part[Tell]" = made("tenfold.workflows.tell:Tell", "rules outbox blobs/events")

    # Cameras.

    cameras: "part[Cameras]" = made("tenfold.cameras.cameras:Cameras", "database tell.removed")
    camera_events: "part[CameraEvents]" = made("tenfold.cameras.events:CameraEvents", "database tell.note")
    clips: "part[Clips]" = made("tenfold.cameras.clips:Clips", "database blobs/clips home.clips")

    # Stations.

    stations: "part[Stations]" = made("tenfold.line.stations.stations:Stations", "database")
    station_orders: "part[Orders]" = made("tenfold.line.stations.orders:Orders", "database")
    recipes: "part[Recipes]" = made("tenfold.line.stations.recipes:Recipes", "database")

    def trail_of(self, station: int) -> Path:
        """The file of a station's trail, which exists once the station has run."""
        return self.home.line / f"station-{station}" / "trail.db"

    # The catalogue.

    actions: "part[Actions]" = made("tenfold.catalogue.edits.actions:Actions", "database")
    review: "part[Review]" = made("tenfold.catalogue.search.review:Review", "database")
    search: "part[Search]" = made("tenfold.catalogue.search.search:Search", "database")
    duplicates: "part[Duplicates]" = made("tenfold.catalogue.similar.duplicates:Duplicates", "database")
    corrected_entries: "part[CorrectedEntries]" = made(
        "tenfold.catalogue.edits.corrections:CorrectedEntries", "database"
    )
    reclassifications: "part[Reclassifications]" = made(
        "tenfold.catalogue.edits.reclassification:Reclassifications", "database"
    )
    watched_folders: "part[WatchedFolders]" = made(
        "tenfold.catalogue.ingest.watched_folders:WatchedFolders", "database"
    )

    @property
    def limits(self) -> "Limits":
        from tenfold.images import Limits

        return Limits(pixels=self.settings.max_picture_pixels, bytes=self.settings.max_picture_bytes)

    @part
    def files(self) -> "ServerFiles":
        from tenfold.server_files import ServerFiles

        return ServerFiles(
            self.home.folder, self.database.file, readable=(self.settings.data_dir, self.home.uploaded_data)
        )

    originals: "part[Originals]" = made("tenfold.catalogue.entries.originals:Originals", "blobs/pictures")
    ingest: "part[Ingest]" = made("tenfold.catalogue.ingest.ingest:Ingest", "database originals limits")
    picture_files: "part[PictureFiles]" = made(
        "tenfold.catalogue.entries.pictures:PictureFiles", "database originals blobs/thumbnails limits"
    )
    eraser: "part[Eraser]" = made(
        "tenfold.catalogue.entries.erasing:Eraser", "database originals blobs/thumbnails"
    )
    exports: "part[Exports]" = made("tenfold.catalogue.export.exports:Exports", "database originals")
    organiser: "part[Organiser]" = made(
        "tenfold.catalogue.organise.organise:Organiser", "database originals files home.folder"
    )
