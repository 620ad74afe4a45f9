"""Cameras: where frames come from, and what is seen on them. Knows no network, no HTTP and no tables.

frames.py    Frame and Source: what a source yields, and what every source can be asked
"""
