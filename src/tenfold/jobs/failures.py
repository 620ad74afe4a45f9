"""What a job's error is called when it tells its end: what the system refused, in words, with a fitting cure.

No message holds the content of a file.
"""

import errno
import os

from tenfold.errors import JobError

_SAY_AGAIN = "then begin it again."
# errno -> what is wrong, and what to do about it.
_KNOWN = {
    errno.ENOENT: ("is missing", f"Bring it back, or check its path; {_SAY_AGAIN}"),
    errno.ENOTDIR: ("is missing", f"Bring it back, or check its path; {_SAY_AGAIN}"),
    errno.EACCES: (
        "may not be read or written",
        f"Give the user that runs tenfold the right to; {_SAY_AGAIN}",
    ),
    errno.EPERM: (
        "may not be read or written",
        f"Give the user that runs tenfold the right to; {_SAY_AGAIN}",
    ),
    errno.EROFS: ("cannot be written: its disk is read-only", f"Mount it for writing; {_SAY_AGAIN}"),
    errno.ENOSPC: ("cannot be written: its disk is full", f"Free some space; {_SAY_AGAIN}"),
    errno.EDQUOT: ("cannot be written: the quota is used up", f"Free some space or raise it; {_SAY_AGAIN}"),
    errno.EIO: ("cannot be read or written: its disk reports an error", f"Check the disk; {_SAY_AGAIN}"),
    errno.EMFILE: (
        "cannot be opened: too many files are open",
        "Raise the limit (ulimit -n); begin it again.",
    ),
    errno.ENFILE: ("cannot be opened: too many files are open", f"Raise the system's limit; {_SAY_AGAIN}"),
    errno.ENOMEM: ("cannot be done: there is no memory left", f"Free some memory; {_SAY_AGAIN}"),
    errno.ESTALE: ("has gone from its network disk", f"Mount it again; {_SAY_AGAIN}"),
    errno.ENAMETOOLONG: ("has a name that is too long", f"Shorten it; {_SAY_AGAIN}"),
    errno.ELOOP: ("is a link that leads to itself", f"Correct it; {_SAY_AGAIN}"),
    errno.EFBIG: ("cannot be written: it is larger than its disk allows", f"Use another disk; {_SAY_AGAIN}"),
}


def refused(title: str, reason: OSError) -> JobError:
    """What the operating system refused a job.

    Args:
        title: the job's, which is named where the system names no file.
    """
    problem, cure = _KNOWN.get(
        reason.errno or 0, ("could not be read or written", f"See what the system says of it; {_SAY_AGAIN}")
    )
    file = reason.filename2 if reason.errno == errno.ENOSPC and reason.filename2 else reason.filename
    name = _shown(os.fsdecode(file)) if isinstance(file, str | bytes | os.PathLike) else ""
    subject = f"'{title}': {name}" if name else f"'{title}': something that it needs"
    return JobError(subject, problem, received=_shown(reason.strerror or type(reason).__name__), cure=cure)


def _shown(text: str) -> str:
    """The start of a text, in one line."""
    return "".join(letter for letter in text if letter.isprintable())[:300]
