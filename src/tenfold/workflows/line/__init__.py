"""Stations of a production line, and a plant to try them on.

station.py    the process of a station: its plant, camera, model and trail joined
simulate.py   Simulation: a station beside a simulated plant, with faults, and what came of every part
"""
