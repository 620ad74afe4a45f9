"""Cameras: where frames come from, and what is seen on them. Knows no network, no HTTP and no tables.

frames.py    Frame and Source: what a source yields, and what every source can be asked
address.py   the address of a source, with user and password kept apart
sources      cameras, video files and folders, opened by their address
decoder      decoding in a process of its own
"""
