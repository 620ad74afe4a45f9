"""tenfold teach: own classes from a few pictures of each, in seconds."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.paths import FILE, FILE_TO_WRITE
from tenfold.cli.terminal.text import Progress, say
from tenfold.errors import counted

if TYPE_CHECKING:
    from tenfold.workflows.teach import TaughtModel

# How many of the misclassified pictures are named.
_NAMED = 5


@click.command()
@click.argument("folder")
@click.option(
    "--output",
    "-o",
    type=FILE_TO_WRITE,
    metavar="FILE",
    help="Where the model file goes; else FOLDER's name.onnx.",
)
@click.option("--name", default="", metavar="NAME", help="What the model is called; else as the folder.")
@click.option(
    "--backbone",
    type=FILE,
    metavar="FILE",
    help="A model file to teach from: photo, or one that was taught from it. Without it the bundled photo.",
)
@click.option(
    "--keep",
    type=click.FloatRange(0.5, 1),
    default=0.93,
    show_default=True,
    metavar="SHARE",
    help="The share of known pictures that are not to be called none of these.",
)
def teach(folder: str, output: Path | None, name: str, backbone: Path | None, keep: float) -> None:
    """Teach own classes from a few pictures of each, in seconds.

    FOLDER has a folder of pictures for each class, as for `tenfold train`; two pictures of each are a start,
    ten are good. Frames of one recording belong in a folder of their own within the class's folder, or have
    names such as belt_frame0001.jpg: they are held out together. With a single class, such as good parts,
    everything unlike it is "none of these". The train extra is not needed. The figures are cross-validated:
    each picture is answered by a head that did not learn from it.
    """
    from tenfold.images import Limits
    from tenfold.settings import load
    from tenfold.workflows.teach import teach as taught_from

    settings = load()
    target = output or Path(f"{Path(os.path.realpath(folder)).name or 'taught'}.onnx")
    with Progress(sys.stderr, "pictures", scale=1) as progress:
        lesson = taught_from(
            folder,
            target,
            name=name,
            backbone=backbone,
            keep=keep,
            limits=Limits(pixels=settings.max_picture_pixels, bytes=settings.max_picture_bytes),
            cache=settings.home / "cache",
            progress=progress.show,
        )
    _print(lesson)


def _print(lesson: "TaughtModel") -> None:
    taught, found = lesson.taught, lesson.taught.assessment
    each = ", ".join(f"{label} {n:,}" for label, n in zip(taught.classes, taught.counts, strict=True))
    say(f"Learned from {counted(sum(taught.counts), 'picture')}: {each}.")
    if lesson.skipped:
        click.echo(f"{counted(lesson.skipped, 'file')} gave no picture.")
    if found.accuracy is not None:
        click.echo(f"Told apart, cross-validated: {found.accuracy}")
        if found.accuracy.warning:
            click.echo(found.accuracy.warning)
    click.echo(f"Not called none of these, cross-validated: {found.kept}")
    for one in found.mistakes[:_NAMED]:
        where = lesson.sources[one.picture]
        say(f"  {where}: {one.label}, taken for {one.answer} ({one.confidence:.0%})")
    if len(found.mistakes) > _NAMED:
        click.echo(f"  ... and {len(found.mistakes) - _NAMED:,} more")
    if lesson.advice:
        click.echo(lesson.advice)
    say(f"Model file: {lesson.path} ({lesson.seconds:.1f} s)")
    words = "its answers to its own pictures, without them, by which corrections are learned later"
    say(f"Beside it: {lesson.sample.name}, {words}")
