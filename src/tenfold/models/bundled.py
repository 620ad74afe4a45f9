"""The models that come with tenfold, by their hashes. Knows no table but what a model is."""

import functools
import hashlib
from pathlib import Path

from tenfold import modelfile
from tenfold.errors import ModelFileError
from tenfold.models.tables import RegisteredModel


def files() -> dict[str, Path]:
    """The files of the models that come with tenfold by their hashes, the default one first."""
    return {hash_of(path): path for path in map(modelfile.bundled, modelfile.BUNDLED)}


@functools.cache
def hash_of(path: Path) -> str:
    """The hash of a file that does not change while the process runs."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def classes() -> tuple[modelfile.ClassName, ...]:
    """The classes of all models that come with tenfold, each once, with their names for people."""
    found: dict[str, modelfile.ClassName] = {}
    for path in files().values():
        _, info = modelfile.read(path)
        for one in info.classes:
            found.setdefault(one.label, one)
    return tuple(found.values())


def file_of(model: RegisteredModel) -> Path:
    """Raises ModelFileError where it came with another version of tenfold."""
    path = files().get(model.hash)
    if path is None:
        raise ModelFileError(
            f"The model {model.name}",
            "came with another version of tenfold",
            cure="Choose another model.",
            reason="other-version",
        )
    return path
