"""Model files by their hash, and the history of which of them was live when.

Knows files and tables. Runs no model: workflows/switch_model.py loads a model before it goes live here.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from tenfold import modelfile
from tenfold.database import Database, now
from tenfold.errors import DatabaseError, ModelFileError, RegistryError
from tenfold.modelfile import ModelInfo
from tenfold.models import bundled
from tenfold.models.rows import added, last_change, listed, row_of, standing, unknown
from tenfold.models.tables import LiveChange, RegisteredModel
from tenfold.os_errors import refused
from tenfold.storage import BlobStore

BUNDLED = "bundled"
# Where a model came from.
FILE, RUN, CORRECTIONS, TAUGHT = "file", "run", "corrections", "taught"
# Why it went live.
START, CHOSEN, WON, INSISTED = "start", "chosen", "won", "insisted"
# How many characters of a hash suffice to name a model, if unique.
_LEAST_PREFIX = 4
# The actor of what the server does by itself.
SYSTEM = 0


class Registry:
    """The models that there are, and which one is live.

    Args:
        blobs: the model files, each as `<SHA-256 in hex>.onnx`, and samples of their own data beside them.
    """

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database, self._blobs = database, blobs
        self._known: dict[str, ModelInfo] = {}

    def register(
        self,
        source: Path,
        *,
        origin: str = FILE,
        run: str | None = None,
        by: int = SYSTEM,
        name: str = "",
        embedding: str | None = None,
    ) -> RegisteredModel:
        """Register a model file. A registered one does not change; a removed one comes back.

        Args:
            origin: file, run, corrections or taught.
            run: the name of the training run that it came from.
            name: what a message calls it, where that is not its path.
            embedding: the hash of the model whose embeddings it has; None: its own.

        Raises:
            ModelFileError: it is not ours, damaged, or too new.
            RegistryError: there is no room for it.
        """
        content, info = modelfile.read(source, name)
        key = hashlib.sha256(content).hexdigest()
        if key in bundled.files():
            return self._note_bundled()[key]
        self._keep(key, content)
        how: dict[str, Any] = {"origin": origin, "run": run, "by": by, "embedding": embedding}
        return self._note(row_of(key, content, info, **how, file=f"{key}.onnx"))

    def register_bundled(self) -> RegisteredModel:
        """Register the models that come with tenfold; those of another version are no longer listed.

        Returns:
            the default one.
        """
        return self._note_bundled()[bundled.hash_of(modelfile.bundled())]

    def _note_bundled(self) -> dict[str, RegisteredModel]:
        """The bundled models' rows by their hash."""
        files = bundled.files()
        with self._database.reading() as session:
            known = {
                one.hash: one for one in session.scalars(listed().where(RegisteredModel.file == BUNDLED))
            }
        if known.keys() == files.keys():
            return known
        with self._database.writing() as session:
            for key in known.keys() - files.keys():
                session.get_one(RegisteredModel, key).removed_at = now()
        how: dict[str, Any] = {
            "origin": BUNDLED,
            "run": None,
            "by": SYSTEM,
            "file": BUNDLED,
            "embedding": None,
        }
        # The default one last, so that it is the newest.
        return {
            key: self._note(row_of(key, *modelfile.read(path), **how))
            for key, path in reversed(files.items())
        }

    def measured(self, key: str, accuracy: tuple[float, float, float] | None) -> RegisteredModel:
        """Replace the file's accuracy by a measured one with its 95 % interval; None: not comparable."""
        with self._database.writing() as session:
            found = session.get(RegisteredModel, key)
            if found is None:
                raise unknown(key)
            found.accuracy, found.accuracy_low, found.accuracy_high = accuracy or (None, None, None)
            found.caveats = None
            return found

    def list(self) -> "Sequence[RegisteredModel]":
        """All models but those removed, the newest first."""
        with self._database.reading() as session:
            return session.scalars(listed().order_by(RegisteredModel.added_at.desc())).all()

    def get(self, key: str) -> RegisteredModel:
        """The model with this hash, also one that was removed. Raises UnknownModel."""
        with self._database.reading() as session:
            found = session.get(RegisteredModel, key)
        if found is None:
            raise unknown(key)
        return found

    def embedding_of(self, key: str) -> str:
        """The hash of the model whose embeddings a model has: its own, unless only its head was refitted."""
        with self._database.reading() as session:
            wanted = select(RegisteredModel.embedding_hash).where(RegisteredModel.hash == key)
            return session.scalar(wanted) or key

    def of_embedding(self, key: str) -> "Sequence[str]":
        """The hashes of the models with the embeddings of the model `key`, which is the first."""
        with self._database.reading() as session:
            wanted = select(RegisteredModel.hash).where(RegisteredModel.embedding_hash == key)
            return [key, *session.scalars(wanted.order_by(RegisteredModel.added_at))]

    def names(self, keys: Iterable[str]) -> dict[str, str]:
        """The names of the models with these hashes, by hash; of those that are or were registered."""
        with self._database.reading() as session:
            wanted = select(RegisteredModel.hash, RegisteredModel.name)
            found = session.execute(wanted.where(RegisteredModel.hash.in_(set(keys))))
            return {row.hash: row.name for row in found}

    def name(self, key: str | None) -> str:
        """The name of the model with this hash; "" where it never was registered."""
        return self.names([key]).get(key, "") if key else ""

    def find(self, word: str) -> RegisteredModel:
        """The model called `word`: a bundled one's name, the start of its hash, its run, or its name.

        Raises:
            UnknownModel: there is none.
            RegistryError: there are several.
        """
        models = self.list()
        for fits in (
            [one for one in models if one.file == BUNDLED and bundled.file_of(one).stem == word],
            [one for one in models if len(word) >= _LEAST_PREFIX and one.hash.startswith(word.lower())],
            [one for one in models if one.run == word],
            [one for one in models if one.name == word],
        ):
            if len(fits) > 1:
                raise RegistryError(
                    f"The name {word!r}",
                    "fits several models",
                    received=", ".join(one.hash[:12] for one in fits),
                    cure="Give the start of one's hash.",
                )
            if fits:
                return fits[0]
        raise unknown(word)

    @contextlib.contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """A file with the model, to be read only; may be damaged. Raises UnknownModel, ModelFileError."""
        model = self.get(key)
        if model.file == BUNDLED:
            yield bundled.file_of(model)
            return
        with contextlib.ExitStack() as stack:
            try:
                path = stack.enter_context(self._blobs.local_copy(model.file))
            except OSError as reason:
                raise self._unreadable(model, reason) from reason
            yield path

    def info(self, key: str) -> ModelInfo:
        """What the model's file says of it; it is read, whole and checked, the first time that somebody asks.

        Raises:
            UnknownModel: there is none.
            ModelFileError: its file is missing or damaged.
        """
        if key not in self._known:
            with self.local_copy(key) as path:
                self._known[key] = modelfile.read(path)[1]
        return self._known[key]

    def open(self, key: str) -> BinaryIO:
        """The model's file, to be read. Raises UnknownModel, ModelFileError."""
        model = self.get(key)
        try:
            if model.file == BUNDLED:
                return bundled.file_of(model).open("rb")
            return self._blobs.open(model.file)
        except OSError as reason:
            raise self._unreadable(model, reason) from reason

    def size(self, key: str) -> int | None:
        """The length of the model's file in bytes; None where it is not here. Raises UnknownModel."""
        model = self.get(key)
        return model.bytes if model.file == BUNDLED else self._blobs.size(model.file)

    def put_sample(self, key: str, content: bytes) -> None:
        """Keep the sample of a model's own data beside its file. Raises RegistryError: there is no room."""
        try:
            self._blobs.put(_sample_name(key), content)
        except OSError as reason:
            raise self._no_room(reason) from reason

    def sample(self, key: str) -> bytes | None:
        """What `put_sample` kept; None where nothing is."""
        with contextlib.suppress(OSError), self._blobs.open(_sample_name(key)) as file:
            return file.read()
        return None

    def fault(self, model: RegisteredModel) -> Literal["missing", "damaged"] | None:
        """What is wrong with a model's file, without reading it; None: nothing."""
        if model.file == BUNDLED:
            return None
        size = self._blobs.size(model.file)
        return "missing" if size is None else None if size == model.bytes else "damaged"

    def remove(self, key: str) -> RegisteredModel:
        """Take a model off the list; its file stays, and registering it again brings it back.

        Raises:
            UnknownModel: there is none.
            RegistryError: it is live, or comes with tenfold.
        """
        with self._database.writing() as session:
            model = session.get(RegisteredModel, key)
            if model is None or model.removed_at is not None:
                raise unknown(key)
            live = last_change(session)
            if live is not None and live.model_hash == key:
                raise RegistryError(
                    f"The model {model.name}",
                    "is live",
                    cure="Make another one live, and remove it then.",
                    reason="model-live",
                    params={"name": model.name},
                )
            if model.file == BUNDLED:
                raise RegistryError(
                    f"The model {model.name}",
                    "comes with tenfold, so it stays",
                    reason="model-bundled",
                    params={"name": model.name},
                )
            model.removed_at = now()
            return model

    def live(self) -> str:
        """The hash of the live model; empty where none has been live yet."""
        found = self.live_change()
        return found.model_hash if found else ""

    def live_change(self) -> LiveChange | None:
        """The last change of the live model. Raises DatabaseError where the database does not answer."""
        try:
            with self._database.reading() as session:
                return last_change(session)
        except OperationalError as reason:
            raise DatabaseError(
                f"The database {self._database.shown}",
                "does not answer",
                received=str(reason.orig).strip().partition("\n")[0],
                reason="database-away",
            ) from reason

    def go_live(self, key: str, *, by: int, reason: str = CHOSEN, after: int | None = None) -> LiveChange:
        """Record that a model is live from now on. Where it is live already, nothing changes.

        Args:
            reason: start, chosen, won, insisted or rollback.
            after: only if the change of this number is still the last, 0 if there was none; else nothing
                changes either.

        Returns:
            the last change of the live model.

        Raises:
            UnknownModel: there is none, or it was removed.
            ModelFileError: its file is missing or damaged.
        """
        if self.get(key).removed_at is not None:
            raise unknown(key)
        with self.local_copy(key) as path:
            modelfile.read(path)
        with self._database.writing() as session:
            self._database.lock(session, LiveChange)
            before = last_change(session)
            late = after is not None and after != (before.id if before else 0)
            if before is not None and (late or before.model_hash == key):
                return before
            change = LiveChange(
                at=now(),
                model_hash=key,
                previous_hash=before.model_hash if before else None,
                by=by,
                reason=reason,
            )
            session.add(change)
            return change

    def before(self) -> str:
        """The hash of the model that a rollback makes live: the last one before, still usable.

        A rollback undoes the change before it, so that again and again goes further and further back.

        Raises:
            RegistryError: there is none.
        """
        with self._database.reading() as session:
            changes = session.scalars(select(LiveChange).order_by(LiveChange.id)).all()
            usable = {one.hash: one for one in session.scalars(listed())}
        earlier = standing(changes)[:-1]
        for key in reversed(earlier):
            if key in usable and key != changes[-1].model_hash and self.fault(usable[key]) is None:
                return key
        raise RegistryError(
            "The live model",
            "has no earlier one to go back to",
            cure="Choose a model and make it live.",
            reason="no-earlier-model",
        )

    def history(self, limit: int = 100) -> "Sequence[LiveChange]":
        """Which model went live when, the last first."""
        with self._database.reading() as session:
            return session.scalars(select(LiveChange).order_by(LiveChange.id.desc()).limit(limit)).all()

    def _unreadable(self, model: RegisteredModel, reason: OSError) -> ModelFileError:
        subject = f"The model file {self._blobs.name}/{model.file}"
        if not isinstance(reason, FileNotFoundError):
            return refused(ModelFileError, subject, reason, "cannot be read")
        received, cure = reason.strerror or "", "Add the model again."
        return ModelFileError(
            subject, "cannot be read", received=received, cure=cure, reason="model-file-missing"
        )

    def _keep(self, key: str, content: bytes) -> None:
        """Store the file; one that was damaged since is replaced."""
        name = f"{key}.onnx"
        try:
            known = False
            with contextlib.suppress(FileNotFoundError), self._blobs.open(name) as file:
                known = _hash(file) == key
            self._blobs.put(name, content, immutable=known)
        except OSError as reason:
            raise self._no_room(reason) from reason

    def _no_room(self, reason: OSError) -> RegistryError:
        subject, problem = f"The folder {self._blobs.name}", "cannot take the model file"
        return refused(RegistryError, subject, reason, problem, cure="Free some space.")

    def _note(self, new: dict[str, Any]) -> RegisteredModel:
        try:
            with self._database.writing() as session:
                return added(session, new)
        except IntegrityError:  # another process added it at the same moment
            with self._database.writing() as session:
                return added(session, new)


def _sample_name(key: str) -> str:
    return f"{key}-own.npz"


def _hash(file: BinaryIO) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
