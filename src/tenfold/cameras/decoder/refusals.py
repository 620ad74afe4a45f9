"""Why a source cannot be opened or read, in words that hold no password. Runs in a decoder's process."""

import errno
import http.client
import os
import socket
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import av

from tenfold.errors import CameraError
from tenfold.images import kind_code, known_kind, picture_format
from tenfold.os_errors import in_words
from tenfold.reasons import Reason

if TYPE_CHECKING:
    from tenfold.cameras.decoder.video import Request

_PROBE_SECONDS, _PROBE_BYTES = 3.0, 1024
_SILENT = 0.7  # of the time after which FFmpeg gives up
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_RESTART = "Look whether the camera works; restart it where it does not."
_TEXT = {"text": "it is a text file"}
_SUPPORTED = "H.264, H.265, AV1, VP8, VP9, MPEG-4, MJPEG and most others that FFmpeg reads"


def of_opening(error: Exception, request: "Request", seconds: float) -> CameraError:
    """Why it could not be opened. error: what PyAV raised. seconds: how long it had taken."""
    if isinstance(error, av.HTTPUnauthorizedError | av.HTTPForbiddenError):
        return _wrong_password(request, had_one="@" in urlsplit(request.url).netloc)
    if isinstance(error, av.HTTPNotFoundError):
        return _error(
            request, "does not exist there", "no-stream",
            received="the camera answers, but has no stream at this path",
            cure="Look up the path of the stream in the camera's manual or settings.",
        )  # fmt: skip
    if isinstance(error, av.HTTPError):
        return _error(
            request, "cannot be read: its server reports an error", "unreachable",
            received=error.strerror or "", cure=_RESTART,
        )  # fmt: skip
    if isinstance(error, av.DecoderNotFoundError):
        return unknown_codec(request)
    if isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM:
        raise MemoryError
    if request.kind == "usb":
        return _of_device(error, request)
    if request.kind == "file":
        return _of_file(error, request)
    return _of_connection(request, seconds)


def of_reading(error: Exception, request: "Request") -> CameraError:
    """Why reading failed."""
    if getattr(error, "errno", 0) == errno.ENOMEM:
        raise MemoryError
    if request.kind == "file":
        return _error(
            request, "cannot be read to its end", received=getattr(error, "strerror", None) or "",
            cure="Its frames up to here are good. If it was cut off, copy the file again.",
        )  # fmt: skip
    return _error(
        request, "broke off", "unreachable", received=getattr(error, "strerror", None) or "",
        cure="Check whether the camera is on and the network works.",
    )  # fmt: skip


def ended(request: "Request") -> CameraError:
    """A live stream came to its end."""
    return _error(request, "ended", "unreachable", received="its server closed the stream", cure=_RESTART)


def no_frames(request: "Request") -> CameraError:
    """No frame of the video can be decoded."""
    return _error(
        request, "gives no picture", "no-video", received="nothing of its video can be decoded",
        cure="Check whether it plays elsewhere.",
    )  # fmt: skip


def no_video(request: "Request", *, sound: bool) -> CameraError:
    """It has no stream of video."""
    return _error(
        request, "has no video", "sound-only" if sound else "no-video",
        received="only sound" if sound else "",
        cure="Choose another stream of the camera." if request.live else "Choose another file.",
    )  # fmt: skip


def only_sound(request: "Request", seconds: float) -> CameraError:
    """A stream that had video goes on with sound alone."""
    return _error(
        request, "delivers only sound", "sound-only", received=f"no picture for {seconds:.0f} s",
        cure=_RESTART,
    )  # fmt: skip


def no_video_format(request: "Request") -> CameraError:
    """It is a picture, or text."""
    if request.kind == "file":
        return _not_video(request, _start_of_file(request.url))
    return _error(
        request, "is a single picture, not a video", "no-video",
        cure="Give the address of the camera's stream (RTSP or MJPEG).",
    )  # fmt: skip


def unknown_codec(request: "Request") -> CameraError:
    cure = "Choose another codec in the camera's settings." if request.live else "Convert the file."
    return _error(
        request,
        "has video in a codec that is not supported",
        "codec",
        cure=f"Supported: {_SUPPORTED}. {cure}",
    )


def too_large(request: "Request", width: int, height: int) -> CameraError:
    return _error(
        request, "has frames that are too large", "no-video", received=f"{width} x {height} pixels",
        cure="Choose a smaller stream of the camera, or a file of at most 8192 x 8192 pixels.",
    )  # fmt: skip


def _of_connection(request: "Request", seconds: float) -> CameraError:
    """FFmpeg reports most connection problems by one error, so the cause is looked up here."""
    parts = urlsplit(request.url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    on_port = f"the host answers, but nothing at port {port}"
    try:
        with socket.create_connection((host, port), _PROBE_SECONDS):
            pass
    except socket.gaierror:
        return _error(
            request, "cannot be reached: there is no such host", "no-host",
            cure="Check the name, or give the camera's IP address.",
        )  # fmt: skip
    except ConnectionRefusedError:
        return _error(
            request, "refuses the connection", "refused", received=on_port,
            cure="Check the port, and whether the camera's stream is switched on.",
        )  # fmt: skip
    except TimeoutError:
        return _error(
            request, "does not answer", "timeout", received=f"nothing within {_PROBE_SECONDS:g} s",
            cure="Check the address, and whether the camera is on and in this network.",
        )  # fmt: skip
    except OSError as reason:
        return _error(
            request, "cannot be reached", "unreachable", received=reason.strerror or "",
            cure="Check the address and the network.",
        )  # fmt: skip
    from tenfold.cameras.decoder.video import SILENT_SECONDS

    if seconds > _SILENT * SILENT_SECONDS:
        return _error(
            request, "does not answer", "timeout", received=f"connected, but silent for {seconds:.0f} s",
            cure=_RESTART,
        )  # fmt: skip
    return _not_video(request, _start_of_answer(request) if request.kind == "http" else b"")


def _not_video(request: "Request", start: bytes) -> CameraError:
    """It is something else; `start` is how it begins, as far as that is known."""
    picture = picture_format(start)
    kind = f"it is a {picture} picture" if picture else known_kind(start) or ""
    code = kind_code(start) if start or request.kind == "file" else ""
    if request.kind != "file":
        return _error(
            request, "answers, but not with video", "no-video", received=kind,
            cure="Check the scheme (rtsp or http), the port and the path.",
        )  # fmt: skip
    if code == "video":
        return _error(
            request, "cannot be read", "video", received="it is a video that is damaged or cut off",
            cure="Copy the file again from its source.",
        )  # fmt: skip
    cure = "Supported: MP4, MKV, WebM, AVI, MOV, MPEG and most others that FFmpeg reads."
    if picture:
        cure = "Classify pictures with tenfold classify. A folder of pictures is read as a recording."
    return _error(
        request, "is not a video", code or "no-video", received=kind or _TEXT.get(code, ""), cure=cure
    )


def _of_device(error: Exception, request: "Request") -> CameraError:
    number = getattr(error, "errno", 0)
    if number == errno.EBUSY:
        return _error(
            request, "is used by another program", "forbidden", cure="Close that program.",
        )  # fmt: skip
    if number in (errno.EACCES, errno.EPERM):
        return _error(
            request, "may not be used by this user", "forbidden",
            cure="Add the user to the group of video devices (sudo usermod -aG video NAME) and sign in "
            "again.",
        )  # fmt: skip
    present = sorted(name.removeprefix("video") for name in os.listdir("/dev") if name.startswith("video"))
    found = ", ".join(f"usb:{number}" for number in present) or "no camera"
    return _error(
        request, "is no camera of this computer", "missing", received=f"found: {found}",
        cure="Plug the camera in; in a container or a virtual machine, pass the device on to it.",
    )  # fmt: skip


def _of_file(error: Exception, request: "Request") -> CameraError:
    if isinstance(error, av.InvalidDataError):
        return _not_video(request, _start_of_file(request.url))
    if not isinstance(error, OSError):
        return _not_video(request, b"")
    _, problem, received, cure, reason = in_words(OSError(error.errno, error.strerror))
    return _error(request, problem, reason, received=received, cure=f"{cure}.")


def _wrong_password(request: "Request", *, had_one: bool) -> CameraError:
    return _error(
        request, "refuses the user or the password" if had_one else "asks for a user and a password",
        "wrong-password",
        cure="Use those of the camera's own users; many cameras have users of their own for RTSP or ONVIF.",
    )  # fmt: skip


def _start_of_file(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_PROBE_BYTES)
    except OSError:
        return b""


def _start_of_answer(request: "Request") -> bytes:
    """The start of a web server's answer, to recognise its type; empty where there is none."""
    parts = urlsplit(request.url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    # As FFmpeg does: cameras have certificates of their own.
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
    )
    try:
        with opener.open(bare, timeout=_PROBE_SECONDS) as answer:
            start: bytes = answer.read(_PROBE_BYTES)
    except (OSError, http.client.HTTPException, ValueError):
        return b""
    return start


def _error(
    request: "Request", problem: str, reason: Reason = "", *, received: str = "", cure: str = ""
) -> CameraError:
    return CameraError(request.description, problem, received=received, cure=cure, reason=reason)
