"""The parts of the container that keep something in the database and in blob stores. Know no network.

Notifications, cameras, stations of a line, the picture catalogue.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.runtime.foundation import Foundation, on_database, part

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

    rules: "part[Rules]" = on_database("tenfold.cameras.rules.kept:Rules")
    outbox: "part[Outbox]" = on_database("tenfold.outbox:Outbox")

    @part
    def sender(self) -> "Sender":
        from tenfold.jobs.process import has_ended, new_worker
        from tenfold.outbox import OutboxQueue, Sender

        return Sender(self.outbox, OutboxQueue(self.database), new_worker(), has_ended)

    @part
    def tell(self) -> "Tell":
        from tenfold.workflows.tell import Tell

        return Tell(self.rules, self.outbox, self.blobs("events"))

    # Cameras.

    @part
    def cameras(self) -> "Cameras":
        from tenfold.cameras.cameras import Cameras

        return Cameras(self.database, self.tell.removed)

    @part
    def camera_events(self) -> "CameraEvents":
        from tenfold.cameras.events import CameraEvents

        return CameraEvents(self.database, self.tell.note)

    @part
    def clips(self) -> "Clips":
        from tenfold.cameras.clips import Clips

        return Clips(self.database, self.blobs("clips"), self.home.clips)

    # Stations.

    stations: "part[Stations]" = on_database("tenfold.line.stations.stations:Stations")
    station_orders: "part[Orders]" = on_database("tenfold.line.stations.orders:Orders")
    recipes: "part[Recipes]" = on_database("tenfold.line.stations.recipes:Recipes")

    def trail_of(self, station: int) -> Path:
        """The file of a station's trail, which exists once the station has run."""
        return self.home.line / f"station-{station}" / "trail.db"

    # The catalogue.

    actions: "part[Actions]" = on_database("tenfold.catalogue.edits.actions:Actions")
    review: "part[Review]" = on_database("tenfold.catalogue.search.review:Review")
    search: "part[Search]" = on_database("tenfold.catalogue.search.search:Search")
    duplicates: "part[Duplicates]" = on_database("tenfold.catalogue.similar.duplicates:Duplicates")
    corrected_entries: "part[CorrectedEntries]" = on_database(
        "tenfold.catalogue.edits.corrections:CorrectedEntries"
    )
    reclassifications: "part[Reclassifications]" = on_database(
        "tenfold.catalogue.edits.reclassification:Reclassifications"
    )
    watched_folders: "part[WatchedFolders]" = on_database(
        "tenfold.catalogue.ingest.watched_folders:WatchedFolders"
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

    @part
    def originals(self) -> "Originals":
        from tenfold.catalogue.entries.originals import Originals

        return Originals(self.blobs("pictures"))

    @part
    def ingest(self) -> "Ingest":
        from tenfold.catalogue.ingest.ingest import Ingest

        return Ingest(self.database, self.originals, self.limits)

    @part
    def picture_files(self) -> "PictureFiles":
        from tenfold.catalogue.entries.pictures import PictureFiles

        return PictureFiles(self.database, self.originals, self.blobs("thumbnails"), self.limits)

    @part
    def eraser(self) -> "Eraser":
        from tenfold.catalogue.entries.erasing import Eraser

        return Eraser(self.database, self.originals, self.blobs("thumbnails"))

    @part
    def exports(self) -> "Exports":
        from tenfold.catalogue.export.exports import Exports

        return Exports(self.database, self.originals)

    @part
    def organiser(self) -> "Organiser":
        from tenfold.catalogue.organise.organise import Organiser

        return Organiser(self.database, self.originals, self.files, self.home.folder)
