"""Recognises file formats by their first bytes. Knows nothing of names, extensions, decoding or limits.

`picture_format` names the picture formats that tenfold reads; `describe` says what anything else is, in words
that go into a message: "it is a PDF document", "it starts with 'hello'".
"""

import re

from tenfold.reasons import Reason

SUPPORTED = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC"
MEDIA_TYPES = {kind: f"image/{kind.lower()}" for kind in SUPPORTED.split(", ")}

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
# The length of the second BMP header is its kind; text that happens to start with "BM" has none of these.
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}

# In this order: the first that fits is said.
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf\xff\xd8\xff", "a JPEG behind a text mark: it was saved as text, which breaks it"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"version https://git-lfs.github.com", "a Git LFS pointer; `git lfs pull` fetches the file itself"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a Windows program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x93NUMPY", "a NumPy array file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"8BPS", "a Photoshop document"),
    (b"gimp xcf", "a GIMP document"),
    (b"%!PS", "a PostScript document"),
    (b"DDS ", "a DDS texture"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\x00\x00\x02\x00", "a Windows cursor"),
    (b"icns", "a macOS icon"),
    (b"\x00\x05\x16\x07", "a macOS companion file (its name starts with '._'), not the picture itself"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x01\xda", "an SGI picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"qoif", "a QOI picture"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (b"\x00\x00\x01\xba", "an MPEG video"),
    (b"\x00\x00\x01\xb3", "an MPEG video"),
    (b"FLV\x01", "a Flash video"),
    (b"OggS", "an Ogg recording"),
    (b"ID3", "an MP3 recording"),
    (b"fLaC", "a FLAC recording"),
    (b"/9j/", "a JPEG written as base64 text; decode it first"),
    (b"iVBORw0KGgo", "a PNG written as base64 text; decode it first"),
    (b"data:image/", "a picture written as a data: URL; decode it first"),
)
_RIFF_KINDS = {b"AVI ": "an AVI video", b"WAVE": "a WAV recording", b"CDXA": "a video CD file"}
_MARKUP = (
    (re.compile(rb"<svg[\s>]", re.I), "an SVG drawing"),
    (re.compile(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.I), "an HTML page"),
    (re.compile(rb"\A<\?xml"), "an XML document"),
)
# How the clauses of `describe` end, and their codes.
_CODES: dict[str, Reason] = {
    "is empty": "empty",
    " PDF document": "pdf",
    " archive": "archive",
    " video": "video",
    " recording": "audio",
    " SVG drawing": "svg",
    " HTML page": "html",
}
# Protocols 2 to 5 start with 0x80 and the protocol's number, and every pickle ends with a full stop.
_PICKLE = re.compile(rb"\A\x80[\x02-\x05]")


def picture_format(data: bytes) -> str | None:
    """The format's name as in `SUPPORTED`, or None where the content is none of them."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "TIFF"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    brands = _brands(data)
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIC_BRANDS:
        return "HEIC"
    return None


def describe(data: bytes) -> str:
    """What the content is, as a clause: "it is a ZIP archive", "it starts with 'hello'", "it is empty"."""
    return known_kind(data) or _first_of(data)


def known_kind(data: bytes) -> str | None:
    """The same where the kind is known; it quotes nothing of the content."""
    if not data:
        return "it is empty"
    for start, kind in _KINDS:
        if data.startswith(start):
            return f"it is {kind}"
    if data.startswith(b"RIFF") and data[8:12] in _RIFF_KINDS:
        return f"it is {_RIFF_KINDS[data[8:12]]}"
    if data[4:8] == b"ftyp":
        return "it is an MP4 or QuickTime video"
    if b"%PDF-" in data[:1024]:
        return "it is a PDF document"
    if _PICKLE.match(data) and data.rstrip(b"\x00").endswith(b"."):
        return "it is a Python pickle"
    if data[257:262] == b"ustar":
        return "it is a tar archive"
    if data[128:132] == b"DICM":
        return "it is a DICOM study"
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        for pattern, kind in _MARKUP:
            if pattern.search(start):
                return f"it is {kind}"
    return None


def kind_code(data: bytes) -> Reason:
    """The kind of the content for programs; empty where it has no code."""
    words = describe(data)
    if words.startswith("it starts with '"):
        return "text"
    return next((code for ending, code in _CODES.items() if words.endswith(ending)), "")


def _first_of(data: bytes) -> str:
    text = _first_words(data)
    if text is not None:
        return f"it starts with '{text}'" if text else "it holds nothing but blanks"
    return f"it starts with the bytes {data[:8].hex(' ')}"


def _first_words(data: bytes) -> str | None:
    """Up to 24 characters of the first line that says something; None where the content is not text."""
    head = data[:256]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="ignore")
    else:
        try:
            text = head.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 3:  # else only the last character is cut in two
                return None
            text = head[: error.start].decode("utf-8-sig")
    if any(not c.isprintable() and not c.isspace() for c in text):
        return None
    return " ".join(text.split())[:24]


def _brands(data: bytes) -> set[bytes]:
    """The brands in the file type box of an ISO media file (AVIF, HEIC, MP4); none for anything else."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), 512)
    return {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
