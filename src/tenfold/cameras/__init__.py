"""Cameras: where frames come from, what is seen on them, and what is kept of it. Knows no network, no HTTP.

frames.py    Frame and FrameSource: what a source yields, and what every source can be asked
picture.py   a frame's picture, of which only what is asked for is made RGB
address.py   the address of a source, with user and password kept apart
sources      cameras, video files and folders, opened by their address
decoder      decoding in a process of its own
cameras.py   the cameras that are watched
events.py    what was seen before them
"""
