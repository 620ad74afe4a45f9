"""Runs stations of a production line, and simulates a plant to try them on.

running.py    RunningStation: a station of a server, in a process of its own
process.py    that process: plant, camera, models and trail joined
setup.py      what the process is told
from_rows.py  the same, made from the tables
stream.py     a camera that sends frames all the time
model.py      the models of a station, before everybody else
overrule.py   a person's verdict on a part, and a correction in the catalogue
prove.py      another model on the recorded parts
prove_job.py  the same as a job
simulated.py  the same process in a simulation, which disturbs it
simulate.py   Simulation: a station beside a simulated plant, with faults, and the outcome of every part
"""
