"""The parts of the container that make up the picture catalogue. Know no model."""

from typing import TYPE_CHECKING

from tenfold.runtime.camera_tables import CameraTables
from tenfold.runtime.foundation import part

if TYPE_CHECKING:
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
    from tenfold.server_files import ServerFiles


class Cataloguing(CameraTables):
    """The tables and files of the catalogue."""

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
    def actions(self) -> "Actions":
        from tenfold.catalogue.edits.actions import Actions

        return Actions(self.database)

    @part
    def eraser(self) -> "Eraser":
        from tenfold.catalogue.entries.erasing import Eraser

        return Eraser(self.database, self.originals, self.blobs("thumbnails"))

    @part
    def review(self) -> "Review":
        from tenfold.catalogue.search.review import Review

        return Review(self.database)

    @part
    def search(self) -> "Search":
        from tenfold.catalogue.search.search import Search

        return Search(self.database)

    @part
    def duplicates(self) -> "Duplicates":
        from tenfold.catalogue.similar.duplicates import Duplicates

        return Duplicates(self.database)

    @part
    def exports(self) -> "Exports":
        from tenfold.catalogue.export.exports import Exports

        return Exports(self.database, self.originals)

    @part
    def organiser(self) -> "Organiser":
        from tenfold.catalogue.organise.organise import Organiser

        return Organiser(self.database, self.originals, self.files, self.home.folder)

    @part
    def corrected_entries(self) -> "CorrectedEntries":
        from tenfold.catalogue.edits.corrections import CorrectedEntries

        return CorrectedEntries(self.database)

    @part
    def reclassifications(self) -> "Reclassifications":
        from tenfold.catalogue.edits.reclassification import Reclassifications

        return Reclassifications(self.database)

    @part
    def watched_folders(self) -> "WatchedFolders":
        from tenfold.catalogue.ingest.watched_folders import WatchedFolders

        return WatchedFolders(self.database)
