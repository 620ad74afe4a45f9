"""Blob stores: bytes under keys, on this machine's disk or elsewhere. Know nothing of what the bytes are."""

from tenfold.storage.blobs import BlobStore, is_key, read_if_there
from tenfold.storage.local import LocalStore
from tenfold.storage.memory import MemoryStore

__all__ = ["BlobStore", "LocalStore", "MemoryStore", "is_key", "read_if_there"]
