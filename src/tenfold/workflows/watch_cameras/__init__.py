"""Watching cameras in a server: what is seen becomes events, pictures of the catalogue, and clips.

camera.py  one camera: its frames, its events, its clips, its newest picture
live.py    pictures for whoever looks
"""

from tenfold.workflows.watch_cameras.camera import CameraWatch, Parts

__all__ = ["CameraWatch", "Parts"]
