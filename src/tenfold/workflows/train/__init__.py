"""Trainings in the background: what was asked for, the process that trains, its steps, an estimate."""
