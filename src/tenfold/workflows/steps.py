"""The steps that jobs of several types share: codes for programs, and the same in English.

What only one type does is declared with it. Knows no job.
"""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from tenfold.jobs import Shape, Work
from tenfold.runs.stages import Stage

Step = (
    Stage
    | Literal[
        "writing-pictures", "reading-own-pictures", "fitting",
        "old-corrected", "new-corrected", "old-own-test", "new-own-test",
        "some-unusable", "asking-model",
    ]
)  # fmt: skip
STEPS: dict[Step, str] = {
    "starting": "starting",
    "reading-data": "reading the pictures",
    "preparing": "preparing the network",
    "epoch": "training",
    "validating": "measuring on the validation pictures",
    "measuring": "writing the model file and measuring it on the test pictures",
    "writing-report": "writing the report",
    "writing-pictures": "writing the corrected pictures",
    "reading-own-pictures": "reading the model's own pictures",
    "fitting": "refitting the head",
    "old-corrected": "asking the live model about corrected pictures",
    "new-corrected": "asking the new model about corrected pictures",
    "old-own-test": "asking the live model about its own test pictures",
    "new-own-test": "asking the new model about its own test pictures",
    "some-unusable": "{unusable} could not be used",
    "asking-model": "asking {model}",
}


class StepDetails(Shape):
    """What the text of a step names."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True, extra="forbid")

    model: str = Field("", description="The model that is asked.")
    unusable: int = Field(0, description="How many files could not be used so far.")


def report_step(
    work: Work[Any], done: int, total: int, step: str, *, model: str = "", unusable: int = 0
) -> None:
    """Report a job's progress.

    Args:
        done, total: as of `Work.progress`.
        step: what is being done, a code of STEPS or of the job's type; "": nothing that has a name.
        model, unusable: as of `StepDetails`.
    """
    details = StepDetails(model=model, unusable=unusable)
    work.progress(done, total, step, details.model_dump(exclude_defaults=True) or None)


def go_on(work: Work[Any], done: int, total: int | None, step: str, *, model: str = "") -> None:
    """The same, but raise Stopped where the job is to stop."""
    work.go_on()
    report_step(work, done, total or 0, step, model=model)
