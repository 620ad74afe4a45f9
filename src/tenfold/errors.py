"""Every error a user can meet, as one tree. Knows nothing of HTTP, terminals or languages.

    TenfoldError
    ├── PictureError           one picture cannot be used
    │   ├── NotAPicture        the content is no supported picture format
    │   ├── DamagedPicture     the header reads, the pixels do not
    │   └── PictureTooLarge    more bytes or pixels than the limit
    ├── ModelFileError         a model file is not ours, damaged, or too new
    ├── DatasetError           training data is missing, damaged or cannot be fetched
    ├── TrainingError          a training run cannot start, resume or go on
    │   └── UnknownRun         there is no training run of that name
    ├── ExportError            a model cannot be exported, or answers differently once it is
    ├── SettingError           a setting has a value that cannot be used
    ├── UsageError             arguments that do not fit together
    ├── DatabaseError          the database does not answer, or cannot be upgraded
    ├── BackupError            a backup cannot be written, read or restored
    ├── CatalogueError         something in the catalogue cannot be done
    │   ├── NotInCatalogue     an entry, an action or a filing that does not exist
    │   └── FolderError        a folder whose pictures are to be added cannot be read
    ├── RegistryError          a model cannot be registered or go live
    │   ├── UnknownModel       no model of that name or hash is registered
    │   └── UnknownImprovement no attempt to improve a model has that number
    ├── DraftError             a draft of own classes cannot be changed or learned from
    │   └── UnknownDraft       a draft, a class or a picture of it that does not exist
    ├── AccountError           an account or a token cannot be made or changed
    │   ├── LoginNeeded        nobody is signed in
    │   ├── LoginRefused       name, password or token are not right
    │   │   └── PasswordRefused  a change was not confirmed by the person's own password
    │   ├── TooManyLogins      they were tried too often: later again
    │   ├── NotAllowed         the person's role, or where the request comes from, does not allow it
    │   └── UnknownAccount     a person, session or token that does not exist
    ├── CameraError            a camera or a recording cannot be opened or read
    │   ├── UnknownCamera      there is no such camera
    │   ├── UnknownCameraEvent  there is no such event before a camera
    │   └── UnknownRule        there is no such rule of messages
    ├── LineError              a station of a production line, its plant or its trail cannot be used
    │   ├── UnknownStation     there is no such station, or no such part in its trail
    │   └── UnknownRecipe      there is no such recipe, or no such version of it
    ├── OutboxError            a destination of messages cannot be made or used
    │   ├── NotInOutbox        a destination or a message that does not exist
    │   └── DeliveryError      a message was not received
    ├── JobError               a long piece of work cannot start or go on
    │   └── UnknownJob         there is no such job
    └── MissingExtra           an optional part of tenfold is not installed

A message names the subject, what is wrong with it, what was received, and the cure:
"photo.txt is not a picture this build can read (it starts with 'hello'). Supported: JPEG, ..."
"""

from collections.abc import Iterator
from typing import Any, Self

from tenfold.reasons import Params, Reason


class TenfoldError(Exception):
    """Base of all errors meant for a user.

    Args:
        subject: what the message is about: a file name, a setting, a class.
        problem: what is wrong, as the rest of a sentence that starts with the subject.
        received: what was received instead of what was expected; shown in parentheses.
        cure: what to do about it, as sentences of their own.
        reason: `problem` or `received` for programs; empty where there is no code for it.
        params: the values that a text for `reason` in another language names.
    """

    code = "tenfold-error"
    title = "tenfold could not do this"

    def __init__(
        self,
        subject: str,
        problem: str,
        *,
        received: str = "",
        cure: str = "",
        reason: Reason = "",
        params: Params | None = None,
    ) -> None:
        self.subject = subject
        self.problem = problem
        self.received = received
        self.cure = cure
        self.reason: Reason = reason
        self.params: Params = params or {}
        super().__init__(str(self))

    def __str__(self) -> str:
        received = f" ({self.received})" if self.received else ""
        cure = f" {self.cure}" if self.cure else ""
        return f"{self.subject} {self.problem}{received}.{cure}"

    def about(self, subject: str) -> Self:
        """The same error about something else."""
        return type(self)(
            subject,
            self.problem,
            received=self.received,
            cure=self.cure,
            reason=self.reason,
            params=self.params,
        )

    def facts(self) -> dict[str, Any]:
        """The error as JSON: what RFC 9457 asks for, but for what only HTTP knows."""
        return {
            "code": self.code,
            "title": self.title,
            "detail": str(self),
            "subject": self.subject,
            "problem": self.problem,
            "received": self.received,
            "cure": self.cure,
            "reason": self.reason,
            "params": dict(self.params),
        }


class PictureError(TenfoldError):
    code = "picture-error"
    title = "The picture cannot be used"


class NotAPicture(PictureError):
    code = "not-a-picture"
    title = "Not a picture"


class DamagedPicture(PictureError):
    code = "damaged-picture"
    title = "The picture is damaged"


class PictureTooLarge(PictureError):
    code = "picture-too-large"
    title = "The picture is too large"


class ModelFileError(TenfoldError):
    code = "model-file-error"
    title = "The model file cannot be used"


class DatasetError(TenfoldError):
    code = "dataset-error"
    title = "The data cannot be used"


class TrainingError(TenfoldError):
    code = "training-error"
    title = "Training cannot go on"


class UnknownRun(TrainingError):
    code = "unknown-run"
    title = "No such training run"


class SettingError(TenfoldError):
    code = "setting-error"
    title = "A setting cannot be used"


class UsageError(TenfoldError):
    code = "usage-error"
    title = "These arguments do not fit together"


class MissingExtra(TenfoldError):
    code = "missing-extra"
    title = "An optional part is not installed"

    @classmethod
    def of(cls, subject: str, extra: str, missing: str, otherwise: str = "") -> Self:
        """The error where `subject` needs an extra, of which the module `missing` is not installed.

        Args:
            otherwise: how to go on without it, behind the command that installs it: ", or export CSV."
        """
        command = f'pip install "tenfold[{extra}]"'
        return cls(
            subject,
            f"needs the {extra} extra, which is not installed",
            received=f"there is no {missing}",
            cure=f"Install it with: {command}{otherwise}",
            reason="extra-missing",
            params={"command": command},
        )


class ExportError(TenfoldError):
    code = "export-error"
    title = "The model cannot be exported"


class CameraError(TenfoldError):
    code = "camera-error"
    title = "The camera cannot be used"


class UnknownCamera(CameraError):
    code = "unknown-camera"
    title = "No such camera"


class UnknownCameraEvent(CameraError):
    code = "unknown-camera-event"
    title = "No such event"


class LineError(TenfoldError):
    code = "line-error"
    title = "The production line cannot be used"


class UnknownStation(LineError):
    code = "unknown-station"
    title = "No such station"


class UnknownRecipe(LineError):
    code = "unknown-recipe"
    title = "No such recipe"


class DatabaseError(TenfoldError):
    code = "database-error"
    title = "The database cannot be used"


class BackupError(TenfoldError):
    code = "backup-error"
    title = "The backup cannot be used this way"


class CatalogueError(TenfoldError):
    code = "catalogue-error"
    title = "The catalogue cannot do this"


class NotInCatalogue(CatalogueError):
    code = "not-in-catalogue"
    title = "Not in the catalogue"


class FolderError(CatalogueError):
    code = "folder-error"
    title = "The folder cannot be read"


class RegistryError(TenfoldError):
    code = "registry-error"
    title = "The model cannot be used this way"


class UnknownModel(RegistryError):
    code = "unknown-model"
    title = "No such model"


class UnknownImprovement(RegistryError):
    code = "unknown-improvement"
    title = "No such improvement"


class DraftError(TenfoldError):
    code = "draft-error"
    title = "The draft cannot be used this way"


class UnknownDraft(DraftError):
    code = "unknown-draft"
    title = "No such draft"


class AccountError(TenfoldError):
    code = "account-error"
    title = "The account cannot be used this way"


class LoginNeeded(AccountError):
    code = "login-needed"
    title = "Sign in first"


class LoginRefused(AccountError):
    code = "login-refused"
    title = "Not signed in"


class PasswordRefused(LoginRefused):
    """A change that a person confirms with their own password was not confirmed."""

    code = "password-refused"
    title = "The password is not right"


class TooManyLogins(AccountError):
    """seconds: how long to wait before the next try."""

    code = "too-many-logins"
    title = "Tried too often"

    def __init__(self, subject: str, problem: str, *, seconds: int, cure: str = "") -> None:
        super().__init__(subject, problem, received=f"{seconds} s to wait", cure=cure)
        self.seconds = seconds


class NotAllowed(AccountError):
    code = "not-allowed"
    title = "Not allowed"


class UnknownAccount(AccountError):
    code = "unknown-account"
    title = "No such person, session or token"


class UnknownRule(CameraError):
    code = "unknown-rule"
    title = "No such rule"


class OutboxError(TenfoldError):
    code = "outbox-error"
    title = "The destination cannot be used"


class NotInOutbox(OutboxError):
    code = "not-in-outbox"
    title = "No such destination or message"


class DeliveryError(OutboxError):
    """again: the message itself is not at fault, and may be sent again as long as it takes."""

    code = "delivery-error"
    title = "The message was not received"

    def __init__(
        self,
        subject: str,
        problem: str,
        *,
        received: str = "",
        cure: str = "",
        reason: Reason = "",
        again: bool = False,
    ) -> None:
        super().__init__(subject, problem, received=received, cure=cure, reason=reason)
        self.again = again


class JobError(TenfoldError):
    code = "job-error"
    title = "The work cannot go on"


class UnknownJob(JobError):
    code = "unknown-job"
    title = "No such job"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number of things in a message: `1 file`, `1,204 files`; `plural` where it is no noun with an s."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def error_types(base: type[TenfoldError] = TenfoldError) -> Iterator[type[TenfoldError]]:
    """All classes of errors that are imported."""
    yield base
    for below in base.__subclasses__():
        yield from error_types(below)
