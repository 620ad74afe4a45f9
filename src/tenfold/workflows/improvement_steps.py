"""The steps of training on corrections: codes for programs, and what a job says of each in English."""

from typing import Literal

Step = Literal[
    "writing-pictures", "reading-own-pictures", "training",
    "old-corrected", "new-corrected", "old-own-test", "new-own-test",
]  # fmt: skip
STEPS: dict[Step, str] = {
    "writing-pictures": "writing the pictures",
    "reading-own-pictures": "reading the model's own pictures",
    "training": "training",
    "old-corrected": "asking the live model about corrected pictures",
    "new-corrected": "asking the new model about corrected pictures",
    "old-own-test": "asking the live model about its own test pictures",
    "new-own-test": "asking the new model about its own test pictures",
}
# For a job's message, which is one of these texts.
CODES: dict[str, Step] = {text: code for code, text in STEPS.items()}
