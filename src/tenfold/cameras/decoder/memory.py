"""Memory that a decoder and its parent share, in slots of one frame each. Does not know who uses which."""

import mmap
import os
import secrets
import sys
import tempfile

import numpy as np
from numpy.typing import NDArray

if sys.platform != "win32":
    import fcntl


class FrameMemory:
    """Slots for frames, in anonymous memory, which cannot be left behind.

    Args:
        handle: as the other process gives it. None: new memory, which is empty until `resize`.
    """

    def __init__(self, slots: int, handle: str | int | None = None) -> None:
        self.slots = slots
        self.handle = _new_memory() if handle is None else handle
        self._owner = handle is None
        self._slot_bytes = 0
        self._map: mmap.mmap | None = None

    @property
    def descriptors(self) -> list[int]:
        """What the other process has to inherit."""
        return [self.handle] if isinstance(self.handle, int) else []

    def resize(self, slot_bytes: int) -> None:
        """Resize the slots to `size` bytes. The owner first, then the other; frames in the slots are lost."""
        size = self.slots * slot_bytes
        if isinstance(self.handle, str):  # pragma: no cover (Windows)
            self._map = mmap.mmap(-1, size, tagname=f"{self.handle}-{size}")  # type: ignore[call-arg]
        else:
            if self._owner and size > os.fstat(self.handle).st_size:
                os.ftruncate(self.handle, size)
            self._map = mmap.mmap(self.handle, size)
        self._slot_bytes = slot_bytes

    def fits(self, frame_bytes: int) -> bool:
        return frame_bytes <= self._slot_bytes

    def frame(self, slot: int, size: int) -> NDArray[np.uint8]:
        """The first bytes of a slot, as a view."""
        assert self._map is not None
        assert 0 <= slot < self.slots
        assert self.fits(size)
        return np.frombuffer(self._map, np.uint8, size, slot * self._slot_bytes)

    def close(self) -> None:
        """Give the memory back; views that still exist keep theirs."""
        self._map = None
        if isinstance(self.handle, int):
            os.close(self.handle)


def _new_memory() -> str | int:
    if sys.platform == "win32":  # pragma: no cover
        return f"tenfold-{secrets.token_hex(8)}"
    elif sys.platform == "linux":
        descriptor = os.memfd_create("tenfold-frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        # Whoever shrinks it would end the other with SIGBUS, and a decoder reads hostile bytes.
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        return descriptor
    else:
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())
