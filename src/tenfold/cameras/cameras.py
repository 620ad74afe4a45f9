"""The cameras that are watched: added, changed, paused, removed. Does not watch them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from tenfold.cameras.address import Address
from tenfold.cameras.tables import EVENTS, CameraRow
from tenfold.database import Database, Session, now
from tenfold.database.claims import Claims
from tenfold.database.names import checked_name, name_taken
from tenfold.errors import CameraError, UnknownCamera

_NAME = "The camera's name"
# How long events and clips are kept by default: the European guidelines on video devices (EDPB 3/2019) ask
# for a reason to keep them longer than 72 hours.
KEEP_DAYS = 3.0
# Who watches need not know of it.
_KEPT_FOR = {"keep_days", "keep_days_of", "keep_bytes", "keep_bytes_of"}
MOST_DAYS, MOST_BYTES, MOST_CLASSES = 3650.0, 10**15, 1000
DEFAULTS: Mapping[str, Any] = {
    "zones": [],
    "masks": [],
    "fixed": False,
    "smallest": 0.0006,
    "recording": EVENTS,
    "before": 5.0,
    "after": 5.0,
    "keep_days": KEEP_DAYS,
    "keep_days_of": {},
    "keep_bytes": 0,
    "keep_bytes_of": {},
}


class Cameras(Claims[CameraRow]):
    """The table of cameras. on_remove: called with a camera that is removed, in that transaction."""

    def __init__(
        self, database: Database, on_remove: Callable[[Session, CameraRow], None] = lambda session, row: None
    ) -> None:
        super().__init__(database, CameraRow, _unknown)
        self._on_remove = on_remove

    def add(self, name: str, address: Address, *, by: int, **values: Any) -> CameraRow:
        """Add a camera, which is watched from now on.

        Args:
            values: columns of `CameraRow`, where they are not the usual ones (`DEFAULTS`).

        Raises:
            CameraError: the address is not that of a live source, or the name is taken.
        """
        moment = now()
        row = CameraRow(
            name=checked_name(name, _NAME, CameraError),
            **(_columns(address) | dict(DEFAULTS) | values),
            added_at=moment,
            added_by=by,
            changed_at=moment,
        )
        try:
            with self._database.writing() as session:
                session.add(row)
        except IntegrityError as reason:
            raise name_taken(name, "camera", CameraError) from reason
        return row

    def change(self, number: int, *, address: Address | None = None, **values: Any) -> CameraRow:
        """Set columns of a camera, which is opened again where more than what is kept of it changed.

        Raises:
            CameraError: as `add`.
            UnknownCamera: there is none.
        """
        if "name" in values:
            values["name"] = checked_name(values["name"], _NAME, CameraError)
        changes = values | (_columns(address) if address else {})
        try:
            with self._database.writing() as session:
                row = self._existing(session, number)
                other = {column for column, value in changes.items() if getattr(row, column) != value}
                for column in other:
                    setattr(row, column, changes[column])
                if other - _KEPT_FOR:
                    row.changed_at = now()
        except IntegrityError as reason:
            raise name_taken(values["name"], "camera", CameraError) from reason
        return row

    def remove(self, camera_id: int) -> CameraRow:
        """Stop watching a camera for good. Its password is forgotten; its events go with their age."""
        with self._database.writing() as session:
            row = self._existing(session, camera_id)
            row.removed_at = row.changed_at = now()
            row.user = row.password = ""
            row.status = row.worker = None
            self._on_remove(session, row)
        return row


def address_of(row: CameraRow) -> Address:
    """Where a camera's frames come from, with its password."""
    return Address(row.kind, row.target, row.user, row.password)  # type: ignore[arg-type]


def check_watchable(address: Address) -> None:
    """Raise CameraError where a server cannot watch it: it is a recording."""
    if not address.live:
        cure = "Name a camera: usb:0, rtsp://..., http://...; tenfold watch reads recordings."
        subject = address.description[:200]
        raise CameraError(subject, "is no camera that a server can watch", cure=cure, reason="not-watchable")


def _columns(address: Address) -> dict[str, str]:
    check_watchable(address)
    return {
        "kind": address.kind,
        "target": address.target,
        "user": address.user,
        "password": address.password,
    }


def _unknown(which: int | str) -> UnknownCamera:
    cure = "tenfold camera list lists them."
    return UnknownCamera(f"Camera {which}", "does not exist", cure=cure)
