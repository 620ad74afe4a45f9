"""Codes for programs of what in particular went wrong. Know no error and no message."""

from collections.abc import Mapping
from typing import Literal

# What the operating system refused, for programs.
SystemReason = Literal[
    "missing", "forbidden", "read-only", "disk-full", "disk-error", "too-many-files", "out-of-memory"
]  # fmt: skip
# What in particular went wrong, or was received, for programs. The page has a text for each in its languages.
Reason = SystemReason | Literal[
    "", "accept-needed", "applied-already", "archive", "archive-damaged", "archive-too-large",
    "archive-unsafe", "audio", "barcode-taken", "base-not-live", "behind-proxy", "broker-away",
    "broker-host", "broker-missing", "broker-port", "certificate", "challenge-parts", "challenge-rule",
    "changed-since", "check-failed", "cifar10-damaged", "cifar10-missing", "class-copies", "class-count",
    "class-name", "class-not-trained", "class-too-few", "class-too-small", "clip-failed", "clips-no-room",
    "codec", "connection-security", "data-changed", "database-address", "database-away", "database-newer",
    "database-password", "database-replaced", "database-unusable", "decode-cost", "decoder", "did-not-win",
    "different-classes", "download-damaged", "draft-classes-full", "draft-empty", "draft-full",
    "drafts-full", "empty", "export-differs", "export-unsupported", "extra-missing", "eye-needs",
    "eye-place", "fault-unknown", "file-present", "filter-value", "gate-place", "gave-up",
    "hidden-characters", "html", "improving-already", "internal-fault", "job-lost", "last-administrator",
    "line-words", "link-left-out", "listed-login", "local-address", "machine-busy", "manifest-columns",
    "manifest-missing-files", "manifest-outside", "manifest-row", "manifest-split", "manifest-unreadable",
    "messenger-address", "messenger-unknown", "messenger-webhook", "model-bundled", "model-damaged",
    "model-file-changed", "model-file-missing", "model-live", "model-newer", "model-silent",
    "model-unusable", "model-used", "name-length", "name-needed", "name-taken", "no-accounts",
    "no-administrator", "no-class-folders", "no-earlier-model", "no-head", "no-host", "no-key-frame",
    "no-model-yet", "no-picture", "no-pictures-to-measure", "no-readable-pictures", "no-sender", "no-source",
    "no-stream", "no-such-data", "no-training-pictures", "no-video", "nodes", "not-a-folder", "not-a-model",
    "not-a-snapshot", "not-comparable", "not-enough-corrections", "not-learned-yet", "not-on-list",
    "not-watchable", "nothing-kept", "nothing-to-undo", "number-taken", "opcua-ended", "order-unknown",
    "original-missing", "other-version", "outbox-full", "output-command-failed", "output-file",
    "output-file-failed", "override-words", "own-data-missing", "own-files", "own-password-needed",
    "part-unknown", "parts-and-classes", "password-again", "password-common", "password-in-words",
    "password-length", "path-not-absolute", "pdf", "plc-away", "plc-refuses", "port-taken",
    "primary-host-away", "range-reversed", "recipe-classes", "recipe-empty", "recipe-missing",
    "recipe-named-once", "recipe-not-approved", "recipe-number", "recipe-passes",
    "reclassification-not-ready", "reclassifying-already", "redirected", "refused", "refused-message",
    "region-cells", "region-outside", "registers", "results-wait", "role", "run-elsewhere", "run-ended",
    "run-in-training", "server-ended", "setting-choice", "setting-from-environment", "setting-range",
    "shares", "side-range", "simulation-failed", "snapshot-address", "somebody-elses", "sound-only",
    "source-kind", "source-page", "station-away", "station-ended", "station-refused", "svg", "text",
    "text-too-long", "timeout", "token-days", "token-role", "too-many-bytes", "too-many-pixels",
    "too-many-tokens", "too-many-unreadable", "too-many-uploads", "topic", "trail-unwritable",
    "training-failed", "trial-failed", "trigger-incomplete", "trigger-needs-broker", "trigger-needs-plc",
    "trigger-of-plant", "two-classes-needed", "two-corrected-needed", "two-models-needed", "undone-already",
    "unknown-class", "unreachable", "upload-unknown", "video", "webhook-address", "webhook-secret", "wiring",
    "wrong-password", "wrong-setup-code",
]  # fmt: skip
# The values of such a text by their names.
Params = Mapping[str, str | int]
