"""The error of a job to which the operating system refused something."""

from tenfold.errors import JobError
from tenfold.os_errors import in_words


def refused(title: str, reason: OSError) -> JobError:
    """The error in words.

    Args:
        title: the job's; it is named where the system names no file.
    """
    file, problem, received, cure, code = in_words(reason)
    subject = f"'{title}': {file or 'something that it needs'}"
    return JobError(subject, problem, received=received, cure=f"{cure}; then start it again.", reason=code)
