"""The cameras that are watched: added, changed, paused, removed. Does not watch them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tenfold.cameras.address import Address
from tenfold.cameras.tables import EVENTS, CameraRow
from tenfold.database import Database, now
from tenfold.database.claims import Claims
from tenfold.errors import CameraError, UnknownCamera

LONGEST_NAME = 100
# How long events and clips are kept where nothing else is said: the European guidelines on video devices
# (EDPB 3/2019) have whoever keeps them for more than 72 hours say why.
KEEP_DAYS = 3.0
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
}


class Cameras(Claims[CameraRow]):
    """The table of cameras."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, CameraRow, _unknown)

    def add(self, name: str, address: Address, *, by: int, **values: Any) -> CameraRow:
        """Add a camera, which is watched from now on.

        Args:
            values: columns of `CameraRow`, where they are not the usual ones (`DEFAULTS`).

        Raises:
            CameraError: the address is not that of a live source, or the name is taken.
        """
        moment = now()
        row = CameraRow(
            name=checked_name(name),
            **(_columns(address) | dict(DEFAULTS) | values),
            added_at=moment,
            added_by=by,
            changed_at=moment,
        )
        try:
            with self._database.writing() as session:
                session.add(row)
        except IntegrityError as reason:
            raise _taken(name) from reason
        return row

    def change(self, camera_id: int, *, address: Address | None = None, **values: Any) -> CameraRow:
        """Set columns of a camera; raises as `add`, and UnknownCamera."""
        if "name" in values:
            values["name"] = checked_name(values["name"])
        changes = values | (_columns(address) if address else {})
        try:
            with self._database.writing() as session:
                row = self._present(session, camera_id)
                for column, value in changes.items():
                    setattr(row, column, value)
                row.changed_at = now()
        except IntegrityError as reason:
            raise _taken(values["name"]) from reason
        return row

    def pause(self, camera_id: int, paused: bool = True) -> CameraRow:
        """Stop watching a camera for a time, or go on; raises UnknownCamera."""
        return self.change(camera_id, paused_at=now() if paused else None)

    def remove(self, camera_id: int) -> CameraRow:
        """Stop watching a camera for good. Its password is forgotten; its events go with their age."""
        return self.change(camera_id, removed_at=now(), user="", password="", status=None, worker=None)

    def named(self, name: str) -> CameraRow:
        """One of them, by its name or its number. Raises UnknownCamera."""
        found = next((row for row in self.all() if name in (row.name, str(row.id))), None)
        if found is None:
            raise _unknown(name)
        return found

    def all(self, *, removed: bool = False) -> list[CameraRow]:
        """Every camera, by name. removed: those too that were removed."""
        query = select(CameraRow).order_by(CameraRow.name, CameraRow.id)
        with self._database.reading() as session:
            return list(session.scalars(query if removed else query.where(CameraRow.removed_at.is_(None))))


def address_of(row: CameraRow) -> Address:
    """Where a camera's frames come from, with its password."""
    return Address(row.kind, row.target, row.user, row.password)  # type: ignore[arg-type]


def checked_name(name: str) -> str:
    """A camera's name without spaces around it.

    Raises:
        CameraError: it is empty, too long, or has letters that cannot be shown.
    """
    shown = " ".join(name.split())
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        cure = f"Give it 1 to {LONGEST_NAME} letters."
        raise CameraError(
            "The camera's name", "cannot be used", received=f"{shown!r:.120}", cure=cure,
            reason="name-length", params={"most": LONGEST_NAME},
        )  # fmt: skip
    return shown


def check_watchable(address: Address) -> None:
    """Raise CameraError where a server cannot watch it: it is a recording, or a page's camera."""
    if not address.live or address.kind == "browser":
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


def _taken(name: str) -> CameraError:
    return CameraError(
        f"The name {name!r}", "is that of another camera", cure="Choose another.",
        reason="name-taken", params={"name": name},
    )  # fmt: skip


def _unknown(which: int | str) -> UnknownCamera:
    cure = "tenfold camera list lists them."
    return UnknownCamera(f"Camera {which}", "does not exist", cure=cure)
