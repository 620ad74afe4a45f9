"""Watching cameras in a server: what is seen becomes events, pictures of the catalogue, and clips.

camera.py  one camera: its frames, its events, its clips, its newest picture; needs the cameras extra
model.py   which model says what is seen
live.py    pictures for its viewers
entries.py entries of the catalogue whose events are deleted
export.py  events as a table
"""
