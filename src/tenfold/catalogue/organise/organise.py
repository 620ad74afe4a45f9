"""Files entries by class on disk, as `root/class/name`, and undoes it. Originals in the store are only read.

Every step is written into the tables before it is taken. A run that was interrupted, by a kill or a full
disk, can be resumed or undone: the disk shows what was done.
"""

import contextlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, cast

from sqlalchemy import delete, func, insert, select, update

from tenfold.catalogue.entries.filters import Filters, conditions
from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import SYSTEM, Entry, Name, OrganisedFile, OrganiseRun
from tenfold.catalogue.organise import steps as filing_steps
from tenfold.catalogue.organise import xmp
from tenfold.catalogue.organise.plan import (
    DONE,
    FAILED,
    FOLDER,
    PLANNED,
    SIDECAR,
    Mode,
    OrganiseStep,
    Planner,
    checked_root,
)
from tenfold.catalogue.organise.problems import StepProblem, StepRefused, problem_of
from tenfold.database import GREATEST_ID, Database, now, row_of
from tenfold.errors import CatalogueError, NotInCatalogue
from tenfold.files import FULL
from tenfold.server_files import ServerFiles

log = logging.getLogger(__name__)
_LISTED = "`tenfold catalogue unfile --list` and the page list those that there are."
_PART = 500
# Steps taken between two updates of the tables.
_NOTED = 50


@dataclass(frozen=True)
class OrganiseReport:
    """The state of a run. states: how many steps are in each; hows: how the finished ones were done."""

    filing: OrganiseRun
    states: Mapping[str, int]
    hows: Mapping[str, int]

    @property
    def unfinished(self) -> bool:
        left = self.filing.planning is not None or self.states.get(PLANNED, 0) > 0
        return self.filing.undone_at is None and left


class Organiser:
    """Files by class, and undoes it. home: tenfold's own folder, which nothing is filed into."""

    def __init__(self, database: Database, originals: Originals, files: ServerFiles, home: Path) -> None:
        self._database, self._originals, self._files = database, originals, files
        self._home = home.resolve()

    def plan(
        self, filters: Filters, root: Path, mode: Mode, *, sidecars: bool = False
    ) -> Iterator[OrganiseStep]:
        """Every step that `file` would take, without taking any. Raises CatalogueError."""
        real = checked_root(root, self._home)
        planner = Planner(self._files, real, self._home, mode, sidecars=sidecars)
        return planner.steps(self._entries(filters))

    def file(
        self, filters: Filters, root: Path, mode: Mode, *, sidecars: bool = False, by: int = SYSTEM
    ) -> OrganiseReport:
        """File what `filters` find and a class is known of.

        Args:
            root: the folder that the classes' folders are in; made where it is not there.
            mode: copy; move, from where each was added, if that file is unchanged (else it is copied); or
                link, a hard one where the disk allows it, else a symbolic one.
            sidecars: also write each class into an XMP sidecar.

        Raises:
            CatalogueError: the folder cannot be used, or the disk is full: then it can go on or be undone.
        """
        asked = {"filters": filters.as_json(), "sidecars": sidecars}
        where = str(checked_root(root, self._home))
        filing = OrganiseRun(at=now(), by=by, root=where, mode=mode, count=0, undone_at=None, planning=asked)
        with self._database.writing() as session:
            session.add(filing)
        return self.resume(filing.id)

    def resume(self, filing_id: int) -> OrganiseReport:
        """Take the steps that were not taken yet. Raises as `file`, and NotInCatalogue."""
        report = self.get(filing_id)
        if report.filing.undone_at is not None:
            raise CatalogueError(
                f"Filing {filing_id}", "was undone", cure="File again.", reason="undone-already"
            )
        if report.filing.planning is not None:
            self._write_plan(report.filing, report.filing.planning)
        while steps := self._steps(OrganisedFile.filing_id == filing_id, OrganisedFile.state == PLANNED):
            with self._noting() as noted:
                for step in steps[:_NOTED]:
                    self._take(step, noted)
        return self.get(filing_id)

    def _write_plan(self, filing: OrganiseRun, asked: dict[str, Any]) -> None:
        """Write all steps of a run; those that were written before a kill are planned again."""
        filters = Filters.of_json(asked["filters"])
        steps = self.plan(filters, Path(filing.root), cast(Mode, filing.mode), sidecars=asked["sidecars"])
        mine = OrganiseRun.id == filing.id
        self._database.execute(delete(OrganisedFile).where(OrganisedFile.filing_id == filing.id))
        number = pictures = 0
        while part := list(islice(steps, _PART)):
            rows = [
                {"filing_id": filing.id, "number": number + place, "before": None, **vars(step)}
                for place, step in enumerate(part, start=1)
            ]
            number += len(part)
            pictures += sum(step.of_picture for step in part)
            self._database.execute(insert(OrganisedFile), rows)
        self._database.execute(update(OrganiseRun).where(mine).values(count=pictures, planning=None))

    def undo(self, filing_id: int) -> OrganiseReport:
        """Restore everything. Files that were changed since stay, and are reported; undo can be repeated.

        Raises:
            NotInCatalogue: there is no such filing.
            CatalogueError: it was undone already, or the disk is full.
        """
        if self.get(filing_id).filing.undone_at is not None:
            raise CatalogueError(f"Filing {filing_id}", "was undone already", reason="undone-already")
        last = 2**31 - 1
        mine = (OrganisedFile.filing_id == filing_id, OrganisedFile.state.in_((PLANNED, DONE)))
        while steps := self._steps(*mine, OrganisedFile.number < last, backwards=True):
            last = steps[:_NOTED][-1].number
            with self._noting() as noted:
                for step in steps[:_NOTED]:
                    self._take_back(step, noted)
        with self._database.writing() as session:
            left = session.scalar(select(func.count()).select_from(OrganisedFile).where(*mine))
            if not left:
                session.execute(
                    update(OrganiseRun).where(OrganiseRun.id == filing_id).values(undone_at=now())
                )
        return self.get(filing_id)

    def get(self, filing_id: int) -> OrganiseReport:
        """The state of a run; NotInCatalogue where there is none."""
        with self._database.reading() as session:
            filing = row_of(session, OrganiseRun, filing_id)
            if filing is None:
                raise NotInCatalogue(f"Filing {filing_id}", "does not exist", cure=_LISTED)
            counts = select(OrganisedFile.state, OrganisedFile.how, func.count()).where(
                OrganisedFile.filing_id == filing_id
            )
            states, hows = Counter[str](), Counter[str]()
            for state, how, count in session.execute(counts.group_by(OrganisedFile.state, OrganisedFile.how)):
                states[state] += count
                hows[how] += count if state == DONE else 0
        return OrganiseReport(filing, states, hows)

    def recent(self, *, before: int | None = None, limit: int = 50) -> list[OrganiseRun]:
        """The filings, the newest first."""
        chosen = select(OrganiseRun).order_by(OrganiseRun.id.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(OrganiseRun.id < min(before, GREATEST_ID))
        return self._database.scalars(chosen)

    def steps(self, filing_id: int, *, limit: int, problems: bool = False) -> list[OrganisedFile]:
        """The first steps of a filing, without the folders; with `problems` only those that have one."""
        chosen = [OrganisedFile.filing_id == filing_id, OrganisedFile.how != FOLDER]
        if problems:
            chosen.append(OrganisedFile.problem.is_not(None))
        return self._steps(*chosen, limit=limit)

    def _steps(self, *chosen: Any, backwards: bool = False, limit: int = _PART) -> list[OrganisedFile]:
        order = OrganisedFile.number.desc() if backwards else OrganisedFile.number
        return self._database.scalars(select(OrganisedFile).where(*chosen).order_by(order).limit(limit))

    def _entries(self, filters: Filters) -> Iterator[tuple[Entry, Sequence[str]]]:
        """What is to be filed, with the paths of the files that each came from, the oldest first."""
        chosen = [*conditions(filters, self._database), Entry.label.is_not(None)]
        numbers = self._database.scalars(select(Entry.id).where(*chosen).order_by(Entry.id))
        for start in range(0, len(numbers), _PART):
            part = numbers[start : start + _PART]
            with self._database.reading() as session:
                entries = session.scalars(select(Entry).where(Entry.id.in_(part)).order_by(Entry.id)).all()
                named = select(Name).where(Name.entry_id.in_(part), Name.path != "").order_by(Name.id)
                paths: dict[int, list[str]] = {}
                for name in session.scalars(named):
                    paths.setdefault(name.entry_id, []).append(name.path)
            yield from ((entry, paths.get(entry.id, [])) for entry in entries if entry.label is not None)

    @contextlib.contextmanager
    def _noting(self) -> Iterator[list[dict[str, Any]]]:
        """Collects the results of steps, and stores them even if the block fails."""
        noted: list[dict[str, Any]] = []
        try:
            yield noted
        finally:
            if noted:
                self._database.execute(update(OrganisedFile), noted)

    def _take(self, step: OrganisedFile, noted: list[dict[str, Any]]) -> None:
        state, how = DONE, step.how
        problem: StepProblem | None = None
        try:
            if step.how == SIDECAR:
                self._sidecar(step)
            else:
                state, how = filing_steps.take(step, self._files, self._originals)
        except StepRefused as reason:
            state, problem = FAILED, reason.problem
        except CatalogueError as reason:  # the sidecar that is there is no XMP
            log.warning("%s was not filed: %s", step.target, reason)
            state, problem = FAILED, "foreign-sidecar"
        except OSError as reason:
            if reason.errno in FULL:
                raise _disk_full(step) from reason
            state, problem = FAILED, problem_of(reason)
        noted.append(_noted(step, state=state, how=how, problem=problem))

    def _take_back(self, step: OrganisedFile, noted: list[dict[str, Any]]) -> None:
        state = step.state
        problem: StepProblem | None
        try:
            state, problem = filing_steps.take_back(step, self._files)
            if problem and any(one["state"] == DONE for one in noted):
                state = DONE  # files of ours may remain in that folder, and be removed another time
        except StepRefused as reason:
            problem = reason.problem
        except OSError as reason:
            if reason.errno in FULL:
                raise _disk_full(step) from reason
            problem = problem_of(reason)
        noted.append(_noted(step, state=state, how=step.how, problem=problem))

    def _sidecar(self, step: OrganisedFile) -> None:
        """Write an entry's class beside its picture, once the table says what was there before."""
        target = Path(step.target)
        if not target.with_suffix("").exists():
            raise StepRefused("picture-not-filed")
        before = self._read(target) if target.exists() else None
        if step.content is not None and before is not None and sha256(before).hexdigest() == step.content:
            return  # written before the interruption
        entry = self._database.get(Entry, step.entry_id)
        if entry is None or entry.label is None:
            raise StepRefused("class-unknown")
        beside = self._read(Path(step.origin)) if step.origin and before is None else before
        content = xmp.sidecar(beside, _facts(entry), target.name)
        columns = {"content": sha256(content).hexdigest(), "before": before}
        self._database.execute(
            update(OrganisedFile)
            .where(OrganisedFile.filing_id == step.filing_id, OrganisedFile.number == step.number)
            .values(**columns)
        )
        filing_steps.write_sidecar(content, step)

    def _read(self, sidecar: Path) -> bytes:
        """A sidecar that is there; a link does not lead out of its folder. Raises OSError."""
        with self._files.open(str(sidecar), within=(str(sidecar.parent),)) as file:
            return file.read()


def _facts(entry: Entry) -> xmp.SidecarFacts:
    assert entry.label is not None
    return xmp.SidecarFacts(
        label=entry.label,
        corrected=entry.corrected_at is not None,
        confidence=entry.confidence,
        novelty=entry.novelty,
        model=entry.model_hash,
    )


def _noted(step: OrganisedFile, **columns: Any) -> dict[str, Any]:
    return {"filing_id": step.filing_id, "number": step.number, **columns}


def _disk_full(step: OrganisedFile) -> CatalogueError:
    return CatalogueError(
        f"The disk of {Path(step.target).parent}",
        "is full; what was done so far is kept",
        received=f"filing {step.filing_id}, step {step.number:,}",
        cure=f"Make room and let filing {step.filing_id} go on, or undo it.",
        reason="disk-full",
    )
