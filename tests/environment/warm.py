"""What servers do when they start and are first asked, done once in the process that they are copies of.

Imported by that process alone, as the last of what it imports (`tests/environment/forking.py`).
"""

import gc

from fastapi.routing import iter_route_contexts
from sqlalchemy.orm import configure_mappers

from tenfold import modelfile
from tenfold.accounts import passwords
from tenfold.models import bundled
from tenfold.web.app import describe_api
from tests.shortcuts import reading_once
from tests.shortcuts.passwords import hasher

modelfile.read = reading_once.reader()
for _path in bundled.files().values():
    modelfile.read(_path)
vars(passwords).update(PasswordHasher=hasher)
configure_mappers()
for _ in iter_route_contexts(describe_api().routes):
    pass
# What is there now is no garbage: a server that looks for some when it starts need not go through it.
gc.collect()
gc.freeze()
