"""Pictures of parts: taken, checked, cut to the part; a line in them as a trigger. Knows no model.

camera.py    SnapshotCamera: a picture when it is asked for
pictures.py  is there a part in the picture, and is the picture one
crossing.py  Crossing: something comes upon a drawn line
"""
