"""Decoding of one source in a process of its own. Knows nothing of what the frames are for.

Only child.py, video.py, still.py, pushed.py, recorder.py, clip_files.py, fragments.py, parameters.py and
refusals.py import PyAV, and only they run in the process.
"""
