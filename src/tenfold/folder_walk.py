"""The files of a folder that may be pictures, for every walk through folders. Opens none of them.

A picture is known by its content and not by its name. What cameras, programs and operating systems leave
beside pictures is known by its name alone and is passed over: thumbnails, recycle bins, sidecars, the films
of live photos, notes, unfinished downloads. A file that a person names is taken all the same.
"""

import os
from collections.abc import Callable, Iterator
from typing import Literal

# Files and folders by their whole names, in lower case.
_LEFT_BEHIND = frozenset(
    {
        # Windows
        "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini",
        "$recycle.bin", "recycler", "recycled", "system volume information", "found.000",
        # macOS
        "icon\r", "__macosx", "network trash folder", "temporary items", "thevolumesettingsfolder",
        # Linux
        "lost+found", "__pycache__",
        # Synology and QNAP
        "@eadir", "@tmp", "@sharebin", "@sharesnap", "@snapshot", "@recycle", "@recently-snapshot",
        "@transcode", "#recycle", "#snapshot",
    }
)  # fmt: skip
# Files by how their names end, in lower case.
_NO_PICTURES = frozenset(
    {
        # what programs and cameras know of a picture
        ".xmp", ".aae", ".thm", ".dop", ".pp3", ".cos", ".on1", ".exif", ".lrv", ".lrcat", ".lrprev",
        ".ini", ".inf", ".info", ".nfo", ".log", ".lst", ".lnk", ".url", ".webloc", ".db", ".db-wal",
        ".db-shm", ".sqlite", ".sqlite3", ".md5", ".sha1", ".sha256", ".sfv", ".torrent",
        # notes and tables
        ".txt", ".md", ".rst", ".rtf", ".json", ".jsonl", ".ndjson", ".xml", ".csv", ".tsv", ".yml", ".yaml",
        ".toml", ".html", ".htm", ".css", ".js", ".parquet", ".npy", ".npz", ".py", ".ipynb", ".pdf", ".doc",
        ".docx", ".odt", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".odp",
        # films and sound
        ".mov", ".mp4", ".mp", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".mts", ".m2ts", ".3gp",
        ".wmv", ".mp3", ".m4a", ".wav", ".aac", ".flac", ".ogg",
    }
)  # fmt: skip
# What browsers, copying programs and cameras call a file that is not all there yet.
_PARTIAL = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".temp", ".!ut", ".aria2")
# Streams beside a file, which some systems keep as files of their own.
_STREAMS = (":zone.identifier", "@synoeastream", "@synoresource")

LinkLeftOut = Literal["link-to-folder", "broken-link"]
# The same in English.
LINKS_LEFT_OUT: dict[LinkLeftOut, str] = {
    "link-to-folder": "is a link to a folder, which is not followed",
    "broken-link": "is a link that leads nowhere",
}


def passed_over(name: str, *, folder: bool = False) -> bool:
    """Whether a file (or a folder) that is found by this name is no picture (holds none that count)."""
    lower = name.lower()
    if name.startswith(".") or lower in _LEFT_BEHIND:
        return True
    if folder:
        return False
    partial = lower.startswith("~") or lower.endswith(("~", *_PARTIAL, *_STREAMS))
    return partial or os.path.splitext(lower)[1] in _NO_PICTURES


def files_below(
    folder: str,
    *,
    follow: bool = False,
    counts: Callable[[str, bool], bool] = lambda path, folder: True,
    unlisted: Callable[[OSError], None] = lambda reason: None,
    left_out: Callable[[str, LinkLeftOut], None] = lambda path, link: None,
) -> Iterator[str]:
    """The paths of the files of a folder and the folders in it, sorted by name, a folder's files first.

    Args:
        follow: whether links to folders are followed; never in circles.
        counts: says of each path, a folder's (True) or a file's, whether it is entered or returned.
        unlisted: called for each folder that cannot be listed.
        left_out: called with each link that was not followed and leads out of `folder`, or nowhere; and why.
    """
    seen: set[str] = set()
    waiting = [folder]
    top = os.path.realpath(folder)
    while waiting:
        place = waiting.pop()
        if follow:
            real = os.path.realpath(place)
            if real in seen:
                continue
            seen.add(real)
        try:
            with os.scandir(place) as listing:
                found = sorted(listing, key=lambda one: one.name)
        except OSError as reason:
            unlisted(reason)
            continue
        folders = []
        for one in found:
            link = one.is_symlink()
            if os.path.isdir(one.path) if link else one.is_dir(follow_symlinks=False):
                if passed_over(one.name, folder=True):
                    continue
                if not link or follow:
                    counted = counts(one.path, True)
                    folders += [one.path] if counted and not (link and leads_back(one.path)) else []
                elif not _inside(one.path, top):
                    left_out(one.path, "link-to-folder")
            elif not passed_over(one.name):
                if os.path.isfile(one.path) if link else one.is_file(follow_symlinks=False):
                    if counts(one.path, False):
                        yield one.path
                elif link and not os.path.exists(one.path):
                    left_out(one.path, "broken-link")
        waiting += reversed(folders)


def leads_back(link: str) -> bool:
    """Whether a link leads to a folder that it lies in itself: all that is there is walked through anyway."""
    return _inside(os.path.dirname(link), os.path.realpath(link))


def _inside(path: str, top: str) -> bool:
    real = os.path.realpath(path)
    return real == top or real.startswith(top.rstrip(os.sep) + os.sep)
