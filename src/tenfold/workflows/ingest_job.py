"""Adds folders to the catalogue: the job "add", and adding files for the folder watcher.

Each file's length and time of change are stored in the transaction that makes its entry, so that repeating an
interrupted job adds what is missing and nothing twice. Knows no HTTP.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Literal

from pydantic import Field

from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.tables import FAILED, NONE, SYSTEM, WAITING
from tenfold.catalogue.ingest.ingest import Ingest, IngestedEntry, PendingEntry, StoredPicture
from tenfold.catalogue.ingest.known_files import FileOutcome, FileState, KnownFiles, known
from tenfold.database import UNAVAILABLE, Database
from tenfold.errors import DamagedPicture, NotAPicture, PictureError
from tenfold.images import safe_name
from tenfold.jobs import WORK, JobType, Shape, Work
from tenfold.os_errors import refused
from tenfold.reasons import Reason
from tenfold.server_files import ServerFiles
from tenfold.workflows.classify_job import Answer, Answering, ClassifyPending
from tenfold.workflows.folders.file_walk import Walk
from tenfold.workflows.steps import Step, report_step

MOST_PROBLEMS = 100
# Threads that read and store files; mostly they wait for the disk.
_KEEPERS = 8
# Files that are read together, while as many are answered and the answers of as many are written.
_FILES = 32
# The largest file that is not read from the store again to be classified.
_MOST_HELD = 256 * 1024


class AddParams(Shape):
    """Files and folders to add."""

    paths: list[str] = Field(description="Absolute paths of files and folders of the server.")
    owner: int = Field(description="Whose the pictures are; 0: everybody's.")
    shared: bool = Field(description="Whether others see them.")


class FileProblem(Shape):
    """Why a file gave no entry or no answer."""

    code: str = Field(description="The kind of problem, for programs: one of those of `Problem`.")
    title: str
    detail: str = Field(description="The whole message in English.")
    subject: str = Field(description="The file or folder.")
    problem: str
    received: str
    cure: str
    reason: Reason = Field(description="What was received, or why it failed, for programs.")
    params: dict[str, str | int] = Field({}, description="The values that a text for the reason names.")


class AddResult(Shape):
    """The results for the files of folders."""

    files: int
    added: int = Field(description="New entries.")
    known: int = Field(description="Files whose content was there already.")
    unchanged: int = Field(description="Files that were not read again.")
    unusable: int = Field(description="Files that gave no entry or no answer.")
    failed: int = Field(description="Those of them that are entries, and turned out to be damaged.")
    problems: list[FileProblem] = Field(description="The first of what is wrong with files.")
    labels: dict[str, int] = Field(description="New entries by class; empty: none of the classes.")


ADD = JobType("add", WORK, AddParams, AddResult, lambda app: app.add_pictures)


@dataclass(frozen=True)
class Ownership:
    """Who owns the pictures of a folder, who adds them, whether others see them, and their source."""

    owner: int = SYSTEM
    by: int = SYSTEM
    shared: bool = True
    source: str = "folder"


@dataclass
class IngestCounts:
    """The results for files so far.

    Attributes:
        added: new entries; known: content that was there already; unchanged: files that were not read again.
        unusable: how many files gave no entry or no answer; problems: the first of them, as errors' facts.
        failed: those of them that are entries: they turned out to be damaged when they were classified.
        labels: how many entries are filed under each class now; "" is none of the classes.
    """

    files: int = 0
    added: int = 0
    known: int = 0
    unchanged: int = 0
    unusable: int = 0
    failed: int = 0
    problems: list[Mapping[str, Any]] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)

    def problem(self, facts: Mapping[str, Any]) -> None:
        self.unusable += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(facts)

    def refuse(self, facts: Mapping[str, Any]) -> None:
        """Count an entry that turned out to be damaged."""
        self.failed += 1
        self.problem(facts)

    def result(self) -> AddResult:
        """As a job's result."""
        return AddResult(**vars(self))


@dataclass(frozen=True)
class _Read:
    """A file that was read: the stored picture and its bytes, where they are few; or why there is none."""

    file: FileState
    kept: StoredPicture | None = None
    content: bytes | None = field(default=None, repr=False)
    problem: PictureError | None = None


@dataclass(frozen=True)
class _Entered:
    """A batch whose entries are made: what the model answers, and what else waits for an answer."""

    added: Sequence[IngestedEntry]
    answering: Answering
    waiting: Sequence[int]


class AddPictures:
    """Does the job "add"."""

    def __init__(
        self,
        database: Database,
        ingest: Ingest,
        classifying: ClassifyPending,
        actions: Actions,
        files: ServerFiles,
    ) -> None:
        self._database, self._ingest, self._classifying = database, ingest, classifying
        self._actions, self._files = actions, files

    def __call__(self, work: Work[AddParams]) -> AddResult:
        whose = Ownership(work.params.owner, work.by, work.params.shared)
        walk = Walk(tuple(work.params.paths), self._files)
        total = sum(1 for _ in walk)
        counts = IngestCounts()
        for _ in self.add(walk, walk.roots, whose, counts, again=True):
            step: Step | Literal[""] = "some-unusable" if counts.unusable else ""
            report_step(work, counts.files, max(total, counts.files), step, unusable=counts.unusable)
            work.go_on()
        for problem in (*walk.problems, *walk.left_out):
            counts.problem(problem.facts())
        # Entries of an earlier attempt that are not classified yet.
        while self._classifying.answer():
            work.go_on()
        return counts.result()

    def add(
        self,
        paths: Iterable[str],
        roots: Sequence[str],
        whose: Ownership,
        counts: IngestCounts,
        *,
        again: bool = False,
    ) -> Iterator[None]:
        """Add files and classify them; yields now and then. At the end all results are in `counts`.

        Args:
            roots: the named paths; links that lead out of them are not followed.
            again: a person adds these files: deleted entries are restored.

        Raises:
            CatalogueError: the disk is full, or may not be written.
        """
        with ThreadPoolExecutor(_KEEPERS, "tenfold-keep") as keepers:
            ahead: list[Future[_Read]] | None = None
            behind: _Entered | None = None
            try:
                for batch in chain(_batches(paths), (None, None)):
                    # While the network works on one batch, the next one is read and the last one written.
                    reading = self._begin(keepers, batch, roots, whose, counts, again) if batch else None
                    entered = self._enter(ahead, whose, counts, again) if ahead else None
                    ahead, before, behind = reading, behind, entered
                    if before is not None:
                        self._finish(before, counts)
                    yield
            finally:
                keepers.shutdown(cancel_futures=True)
                if behind is not None:
                    with suppress(*UNAVAILABLE):  # then they are found to wait once this worker is gone
                        self._classifying.end(behind.answering, cut_short=True)

    def _begin(
        self,
        keepers: ThreadPoolExecutor,
        batch: Sequence[str],
        roots: Sequence[str],
        whose: Ownership,
        counts: IngestCounts,
        again: bool,
    ) -> list[Future[_Read]]:
        """Start reading the files of a batch that are to be read."""
        files = []
        for path in batch:
            try:
                files.append(FileState.of(path))
            except OSError as reason:
                error = refused(PictureError, safe_name(path), reason, "cannot be read")
                counts.problem(error.facts())
        counts.files += len(batch) - len(files)
        past = known(self._database, whose.owner, files)
        wanted = [file for file in files if not _skipped(past[file.path], again)]
        for file in files:
            problem = past[file.path].problem
            if problem is not None:
                counts.problem(problem)
        counts.files += len(files) - len(wanted)
        counts.unchanged += sum(_skipped(one, again) and one.problem is None for one in past.values())
        return [keepers.submit(self._read, file, roots) for file in wanted]

    def _read(self, file: FileState, roots: Sequence[str]) -> _Read:
        try:
            content = self._files.picture(file.path, self._ingest.limits, within=roots)
            name = os.path.basename(file.path)
            kept = self._ingest.keep(content, name=name, path=file.path, file=file)
            return _Read(file, kept, content if len(content) <= _MOST_HELD else None)
        except PictureError as problem:
            return _Read(file, problem=problem)

    def _enter(
        self, reading: list[Future[_Read]], whose: Ownership, counts: IngestCounts, again: bool
    ) -> _Entered | None:
        """Make entries of a batch that was read, and have the model answer the new ones."""
        read = [future.result() for future in reading]
        counts.files += len(read)
        self._refuse(read, whose, counts)
        kept = [one.kept for one in read if one.kept is not None]
        if not kept:
            return None
        with self._classifying.claiming:
            added = self._ingest.enter(
                kept,
                source=whose.source,
                owner=whose.owner,
                by=whose.by,
                shared=whose.shared,
                worker=self._classifying.worker,
                again=again,
            )
            new = [one.entry for one in added if one.new]
            contents = {one.kept.hash: one.content for one in read if one.kept and one.content}
            answering = self._classifying.begin(
                [PendingEntry(one.id, one.hash, one.name, one.attempts) for one in new], contents
            )
        waiting = [one.entry.id for one in added if not one.new and one.entry.state == WAITING]
        if again:
            added = restored(self._actions, added, by=whose.by)
        return _Entered(added, answering, waiting)

    def _finish(self, entered: _Entered, counts: IngestCounts) -> None:
        """Write the answers of a batch, and count what it came to."""
        answers = self._classifying.end(entered.answering)
        tried_again = {one.entry for one in entered.answering.waiting} - answers.keys()
        waiting = [*entered.waiting, *tried_again]
        while waiting and self._classifying.answer(waiting):
            pass
        self._count(entered.added, answers, counts)

    def _refuse(self, read: Sequence[_Read], whose: Ownership, counts: IngestCounts) -> None:
        refused = [(one.file, one.problem) for one in read if one.problem is not None]
        for _, problem in refused:
            counts.problem(problem.facts())
        # Failures that a setting or a permission can cure are tried again the next time.
        lasting = [
            FileOutcome(file, problem=problem.facts())
            for file, problem in refused
            if isinstance(problem, NotAPicture | DamagedPicture)
        ]
        if lasting:
            self._ingest.refuse(whose.owner, lasting)

    def _count(
        self, added: Sequence[IngestedEntry], answers: Mapping[int, Answer], counts: IngestCounts
    ) -> None:
        new = {one.entry.id for one in added if one.new}
        counts.added += len(new)
        counts.known += len(added) - len(new)
        for answer in answers.values():
            if isinstance(answer, PictureError):
                counts.refuse(answer.facts())
            else:
                counts.labels[answer.label if answer.known else NONE] += 1
        others = new - answers.keys()
        for entry in self._ingest.entries(others) if others else ():
            if entry.state == FAILED:
                counts.refuse(entry.problem or PictureError(entry.name, "could not be classified").facts())
            elif entry.label is not None:
                counts.labels[entry.label] += 1


def restored(actions: Actions, added: Sequence[IngestedEntry], *, by: int) -> list[IngestedEntry]:
    """Restore deleted ones among entries, as one action of the person `by`; restored ones count as new."""
    deleted = {one.entry.id for one in added if one.entry.deleted_at is not None}
    if not deleted:
        return list(added)
    # Anybody who may add the picture may restore it, whoever deleted it.
    actions.do("restore", sorted(deleted), by=by, administrator=True)
    back, found = set(deleted), []
    for one in added:
        if one.entry.id in deleted:
            one.entry.deleted_at = None
        found.append(IngestedEntry(one.entry, new=one.new or one.entry.id in back))
        back.discard(one.entry.id)
    return found


def _skipped(past: KnownFiles, again: bool) -> bool:
    return past.past in (("added", "refused") if again else ("added", "refused", "deleted"))


def _batches(paths: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(paths)
    while batch := list(islice(remaining, _FILES)):
        yield batch
