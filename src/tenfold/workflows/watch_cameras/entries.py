"""The entries of the catalogue that events made, when their events are deleted by their age."""

from collections.abc import Collection

from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.erasing import Eraser
from tenfold.catalogue.entries.tables import SOURCES
from tenfold.catalogue.ingest.ingest import Ingest


def delete_entries(ingest: Ingest, actions: Actions, eraser: Eraser, numbers: Collection[int]) -> int:
    """Delete the entries of events that are gone for good, as one action of the system.

    What a person corrected stays, because training learns from it, and so does what came another way too.

    Returns:
        how many were deleted.
    """
    gone = [
        entry.id
        for entry in ingest.entries(numbers)
        if entry.deleted_at is None and entry.corrected_at is None and entry.sources == SOURCES["camera"]
    ]
    if gone:
        actions.do("delete", gone)
        eraser.erase(gone)
    return len(gone)
