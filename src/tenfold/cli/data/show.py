"""tenfold data show: the first pictures of a dataset, and how many there are of each class."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.data.datasets import fetched_dir_option, open_data
from tenfold.cli.terminal.paths import FILE_TO_WRITE
from tenfold.cli.terminal.text import padded, printable, width
from tenfold.errors import DatasetError
from tenfold.os_errors import refused
from tenfold.paths import Home

if TYPE_CHECKING:
    from tenfold.datasets.dataset import Dataset

_BAR = 30
# Larger than the tiles of the sheet is of no use; CIFAR-10 is shown as it is.
_SIDE, _CIFAR10_SIDE = 128, 32


@click.command()
@click.argument("source", default="cifar10", metavar="[SOURCE]")
@click.option(
    "--output",
    "-o",
    type=FILE_TO_WRITE,
    default=Path("pictures.png"),
    show_default=True,
    metavar="FILE",
    help="Where the sheet of pictures goes, as PNG.",
)
@fetched_dir_option
def show(source: str, output: Path, data_dir: Path | None) -> None:
    """Draw the first 25 pictures, and count the classes.

    SOURCE is cifar10 (the default), a folder of class-name/picture files, or a CSV or Parquet manifest.
    """
    from tenfold import settings
    from tenfold.datasets.contact_sheet import contact_sheet, first

    chosen = settings.load()
    side = _CIFAR10_SIDE if source == "cifar10" else _SIDE
    data = open_data(source, side, data_dir or Path(chosen.data_dir), Home(chosen.home).cache, to_train=False)
    drawn = next(part for part in (data.training, data.validation, data.test) if len(part))
    some = drawn.take(first(drawn))
    sheet = contact_sheet(some.pictures, [some.classes[label] for label in some.labels])
    try:
        sheet.save(output, "PNG")
    except OSError as reason:
        cure = "Name another file with --output."
        raise refused(DatasetError, str(output), reason, "cannot be written", cure=cure) from reason
    click.echo(_table(data))
    click.echo(f"\nThe first {len(some)} are drawn in {output}")


def _table(data: "Dataset") -> str:
    import numpy as np

    parts = (data.training, data.validation, data.test)
    classes = [printable(label) for label in data.training.classes]
    counts = np.stack([np.bincount(part.labels, minlength=len(classes)) for part in parts], axis=1)
    most = max(1, int(counts[:, 0].max()))
    columns = max(len("class"), *map(width, classes))
    lines = [padded("class", columns) + "  training  validation      test"]
    for label, (training, validation, test) in zip(classes, counts.tolist(), strict=True):
        bar = "█" * max(round(_BAR * training / most), int(training > 0))
        lines.append(f"{padded(label, columns)}  {training:>8,}  {validation:>10,}  {test:>8,}  {bar}")
    total = counts.sum(axis=0).tolist()
    lines.append(f"{padded('all', columns)}  {total[0]:>8,}  {total[1]:>10,}  {total[2]:>8,}")
    return "\n".join(lines)
