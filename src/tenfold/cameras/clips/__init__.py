"""Clips of video of cameras. Decodes nothing.

clips.py     their rows and where they are: begun, stored, found, deleted
recorder.py  which clips of one camera are written
keeper.py    keeps what is reported of them, in a thread of its own
"""

from tenfold.cameras.clips.clips import MARKER, UNFINISHED, Clips, Reconciled

__all__ = ["MARKER", "UNFINISHED", "Clips", "Reconciled"]
