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

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

# What the operating system refused, for programs.
SystemReason = Literal[
    "missing", "forbidden", "read-only", "disk-full", "disk-error", "too-many-files", "out-of-memory"
]  # fmt: skip
# What in particular went wrong, or was received, for programs. The page has a text for each in its languages.
Reason = SystemReason | Literal[
    "", "accept-needed", "applied-already", "archive", "archive-damaged", "archive-too-large",
    "archive-unsafe", "audio", "barcode-taken", "base-not-live", "behind-proxy", "broker-host",
    "broker-missing", "broker-port", "certificate", "challenge-parts", "challenge-rule", "changed-since",
    "check-failed", "cifar10-damaged", "cifar10-missing", "class-copies", "class-count", "class-name",
    "class-not-trained", "class-too-few", "class-too-small", "codec", "connection-security", "data-changed",
    "decode-cost", "decoder", "did-not-win", "different-classes", "download-damaged", "draft-classes-full",
    "draft-empty", "draft-full", "drafts-full", "empty", "export-differs", "export-unsupported",
    "eye-needs", "eye-place",
    "extra-missing", "fault-unknown", "file-present", "filter-value", "gate-place", "gave-up",
    "hidden-characters", "html", "improving-already", "internal-fault", "job-lost", "last-administrator",
    "line-words", "link-left-out", "listed-login", "local-address", "manifest-columns",
    "manifest-missing-files", "manifest-outside", "manifest-row", "manifest-split", "manifest-unreadable",
    "messenger-address", "messenger-unknown", "messenger-webhook", "model-bundled", "model-damaged",
    "model-file-changed", "model-file-missing", "model-live", "model-newer", "model-silent", "model-unusable",
    "model-used",
    "name-length", "name-needed", "name-taken", "no-accounts", "no-administrator", "no-class-folders",
    "no-earlier-model", "no-head", "no-host", "no-model-yet", "no-picture", "no-pictures-to-measure",
    "no-readable-pictures", "no-source", "no-stream", "no-such-data", "no-training-pictures", "no-video",
    "nodes", "not-a-folder", "not-a-model", "not-a-snapshot", "not-comparable", "not-enough-corrections",
    "not-learned-yet", "not-on-list", "not-watchable", "nothing-kept", "nothing-to-undo", "number-taken",
    "order-unknown", "original-missing", "other-version", "outbox-full", "override-words", "own-data-missing",
    "output-file", "own-files", "own-password-needed", "part-unknown", "parts-and-classes", "password-again",
    "no-sender", "password-common",
    "password-in-words", "password-length", "path-not-absolute", "pdf", "plc-away", "plc-refuses",
    "port-taken", "range-reversed", "recipe-classes", "recipe-empty", "recipe-missing", "recipe-named-once",
    "recipe-number", "recipe-passes", "reclassification-not-ready", "reclassifying-already", "redirected",
    "refused", "refused-message", "region-cells", "region-outside", "registers", "role", "run-elsewhere",
    "run-ended", "run-in-training", "server-ended", "setting-choice", "setting-from-environment",
    "setting-range", "shares", "side-range", "simulation-failed", "snapshot-address", "somebody-elses",
    "sound-only", "source-kind", "source-page", "station-away", "station-ended", "station-refused", "svg",
    "text", "text-too-long", "timeout", "token-days", "token-role", "too-many-bytes", "too-many-pixels",
    "too-many-tokens", "too-many-unreadable", "too-many-uploads", "topic", "trail-unwritable",
    "training-failed", "trial-failed", "trigger-incomplete", "trigger-needs-broker", "trigger-needs-plc",
    "trigger-of-plant", "two-classes-needed", "two-corrected-needed", "two-models-needed", "undone-already",
    "unknown-class", "unreachable", "upload-unknown", "video", "webhook-address", "webhook-secret", "wiring",
    "wrong-password", "wrong-setup-code",
]  # fmt: skip
# The values of such a text by their names.
Params = Mapping[str, str | int]


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
