"""Who may see what: a job is shown to those whom it concerns, paths of the server to administrators alone.

Knows no route. The catalogue decides which entries somebody sees.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any, TypeVar

from pydantic import BaseModel

from tenfold.datasets import sources
from tenfold.runs.listing import data_of_runs
from tenfold.runtime import App
from tenfold.web.problems import Problem
from tenfold.web.security.visitor import Visitor

M = TypeVar("M", bound=BaseModel)
_ROOT = r"(?:/|[A-Za-z]:[\\/])"
_IS_PATH = re.compile(_ROOT)
# A path in a message: in quotes up to their end, else up to a space.
_QUOTED = re.compile(rf"(?P<quote>['\"])(?P<path>{_ROOT}[^'\"]+)(?P=quote)")
_PLAIN = re.compile(rf"(?<![\w./~:-])(?P<path>{_ROOT}[^\s'\"()]*[^\s'\"().,:;])")
_TEXTS = ("detail", "subject", "problem", "received", "cure")


def concerns(who: Visitor, by: int) -> bool:
    """Whether a job that the person `by` asked for concerns `who`: it is theirs, or they are responsible."""
    return who.administrator or (by != 0 and by == who.id)


def last_part(path: str) -> str:
    """The name of a file or folder without its path."""
    return PurePath(path.replace("\\", "/")).name or path


def without_paths(text: str, known: Iterable[str] = ()) -> str:
    """A message in which each absolute path is only the last part of it.

    Args:
        known: paths that may be in it; found also without quotes and with spaces.
    """
    for path in sorted(known, key=len, reverse=True):
        text = text.replace(path, last_part(path))

    def named(found: re.Match[str]) -> str:
        return found.group().replace(found["path"], last_part(found["path"]))

    return _PLAIN.sub(named, _QUOTED.sub(named, text))


def problem_without_paths(problem: Problem, known: Iterable[str] = ()) -> Problem:
    """`problem` with its texts as `without_paths` has them."""
    known = tuple(known)
    told = {name: without_paths(getattr(problem, name), known) for name in _TEXTS}
    return problem.model_copy(update=told | {"params": values_without_paths(problem.params)})


def answer_without_paths(answer: M) -> M:
    """`answer` with the last part alone of each text in it that is an absolute path."""
    return type(answer).model_validate(values_without_paths(answer.model_dump()))


def values_without_paths(value: Any) -> Any:
    """The same for JSON values."""
    if isinstance(value, str):
        return last_part(value) if _IS_PATH.match(value) else value
    if isinstance(value, dict):
        return {name: values_without_paths(one) for name, one in value.items()}
    return [values_without_paths(one) for one in value] if isinstance(value, list) else value


def paths_in(value: Any) -> Iterator[str]:
    """The texts in a JSON value that are absolute paths."""
    if isinstance(value, str):
        yield from [value] if _IS_PATH.match(value) else []
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from paths_in(one)


def problem_for(who: Visitor | None, problem: Problem, app: App) -> Problem:
    """A problem as `who` may see it; None: nobody is signed in."""
    if who is not None and who.administrator:
        return problem
    own = str(app.home), str(app.settings.data_dir)
    datasets = (*sources.read(app.home.datasets), *data_of_runs(app.home.runs))
    return problem_without_paths(problem, (*own, *datasets))
