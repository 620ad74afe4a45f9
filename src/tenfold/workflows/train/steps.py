"""The steps of training, also on corrections: codes for programs, and what a job says in English."""

from typing import Literal

from tenfold.runs.stages import Stage

Step = (
    Stage
    | Literal[
        "writing-pictures", "reading-own-pictures",
        "old-corrected", "new-corrected", "old-own-test", "new-own-test",
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
    "old-corrected": "asking the live model about corrected pictures",
    "new-corrected": "asking the new model about corrected pictures",
    "old-own-test": "asking the live model about its own test pictures",
    "new-own-test": "asking the new model about its own test pictures",
}
# For a job's message, which is one of these texts.
CODES: dict[str, Step] = {text: code for code, text in STEPS.items()}
