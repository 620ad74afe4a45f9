"""Every type of job. A module of this package whose name ends in "_job" declares one, and is found by that.

Knows nothing about any of them.
"""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import tenfold.workflows
from tenfold.jobs import AnyHandler, AnyType, JobType
from tenfold.workflows.steps import STEPS

if TYPE_CHECKING:
    from tenfold.runtime.app import App

_ENDING = "_job"


@cache
def job_types() -> Mapping[str, AnyType]:
    """The types by their kinds, which are in order."""
    package = tenfold.workflows
    names = [one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    modules = [importlib.import_module(name) for name in names if name.endswith(_ENDING)]
    declared = {one for module in modules for one in vars(module).values() if isinstance(one, JobType)}
    found = {one.kind: one for one in sorted(declared, key=lambda one: one.kind)}
    assert len(found) == len(declared), "two types of job have one kind"
    return found


@cache
def steps() -> Mapping[str, str]:
    """The codes of all that jobs do, and each in English."""
    return {code: text for one in job_types().values() for code, text in one.steps.items()} | STEPS


def handlers(app: "App") -> dict[AnyType, AnyHandler]:
    """What does the work of each type; it is made when a job first needs it."""

    def lazy(make: "Callable[[App], AnyHandler]") -> AnyHandler:
        made = cache(make)
        return lambda work: made(app)(work)

    return {one: lazy(one.handler) for one in job_types().values()}


def in_english(step: str, figures: Mapping[str, Any] | None) -> str:
    """What a job is doing, with what its figures say; "" for a step of another version."""
    return steps().get(step, "").format_map(defaultdict(str, figures or {}))
