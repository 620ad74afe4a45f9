"""The steps of all jobs: codes for programs, and the same in English. Knows no job."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field

from tenfold.jobs import Shape, Work
from tenfold.runs.stages import Stage

Step = (
    Stage
    | Literal[
        "writing-pictures", "reading-own-pictures", "fitting",
        "old-corrected", "new-corrected", "old-own-test", "new-own-test",
        "some-unusable", "asking-model", "asking-other-model", "taking-over",
        "looking-for-problems", "fetching", "unpacking",
        "converting", "measuring-threshold", "comparing-answers", "judging-parts",
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
    "asking-other-model": "asking the other model",
    "taking-over": "taking over what the other model said",
    "looking-for-problems": "looking for copies, wrong labels and pictures that show little",
    "fetching": "fetching CIFAR-10",
    "unpacking": "unpacking",
    "converting": "converting the model",
    "measuring-threshold": "measuring the threshold of none of these",
    "comparing-answers": "comparing its answers with the original's",
    "judging-parts": "judging recorded parts anew",
}


class StepDetails(Shape):
    """What the text of a step names."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True, extra="forbid")

    model: str = Field("", description="The model that is asked.")
    unusable: int = Field(0, description="How many files could not be used so far.")


def report_step(
    work: Work[Any], done: int, total: int, step: Step | Literal[""], *, model: str = "", unusable: int = 0
) -> None:
    """Report a job's progress.

    Args:
        done, total: as of `Work.progress`.
        step: what is being done; "": nothing that has a name.
        model, unusable: as of `StepDetails`.
    """
    details = StepDetails(model=model, unusable=unusable)
    work.progress(done, total, step, details.model_dump(exclude_defaults=True) or None)


def in_english(step: str, figures: Mapping[str, Any] | None) -> str:
    """What a job is doing; "" for a step of another version.

    Args:
        figures: of the job; they have what the text names.
    """
    text = next((text for code, text in STEPS.items() if code == step), "")
    return text.format_map(defaultdict(str, figures or {}))
