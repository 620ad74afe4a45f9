"""Watching cameras in a server: what is seen becomes events, pictures of the catalogue, and clips.

camera.py  one camera: its frames, its events, its clips, its newest picture; needs the cameras extra
live.py    pictures for whoever looks
export.py  events as a table
"""
