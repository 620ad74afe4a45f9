"""Clips of video of cameras. Decodes nothing."""

from tenfold.cameras.clips.clips import MARKER, UNFINISHED, Clips, Reconciled

__all__ = ["MARKER", "UNFINISHED", "Clips", "Reconciled"]
