"""Why a step of a filing cannot be taken or undone: codes for programs, and the same in English."""

from typing import Literal

from tenfold.os_errors import IN_ENGLISH, in_words
from tenfold.reasons import SystemReason

StepProblem = (
    SystemReason
    | Literal[
        "folder-is-file", "folder-leads-home", "folder-not-empty", "changed", "name-taken",
        "original-missing", "origin-changed", "origin-taken", "picture-not-filed", "class-unknown",
        "foreign-sidecar", "other",
    ]
)  # fmt: skip
_TEXTS: dict[StepProblem, str] = {
    "folder-is-file": "A file has the name of the class's folder.",
    "folder-leads-home": "The class's folder is a link to where tenfold keeps its own files.",
    "folder-not-empty": "Other files are in it, so it stays.",
    "changed": "It was changed or taken away since, and is left as it is.",
    "name-taken": "Another file has its name now.",
    "original-missing": "The original is missing from the store.",
    "origin-changed": "The file that it comes from was changed or is gone.",
    "origin-taken": "Another file is where it came from.",
    "picture-not-filed": "Its picture was not filed.",
    "class-unknown": "Its class is not known any more.",
    "foreign-sidecar": "The sidecar that is there is no XMP that can be extended, so it is left as it is.",
    **{code or "other": f"It {problem}." for code, problem in IN_ENGLISH.items()},
}


class StepRefused(Exception):
    """A step that cannot be taken."""

    def __init__(self, problem: StepProblem) -> None:
        super().__init__(_TEXTS[problem])
        self.problem = problem


def problem_of(reason: OSError) -> StepProblem:
    """What the operating system refused."""
    return in_words(reason).reason or "other"


def in_english(problem: str | None) -> str:
    """Why a step could not be taken; "" where nothing is wrong."""
    return next((text for code, text in _TEXTS.items() if code == problem), "")
