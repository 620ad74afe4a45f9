"""A receipt as one HTML page that needs nothing else. Measures nothing.

Its template lies beside the report's, whose style it uses.
"""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tenfold import images
from tenfold.evaluation import html
from tenfold.evaluation.report import page, pictures
from tenfold.export.formats import FORMATS
from tenfold.export.receipt import Receipt

_LARGEST = 96


def write(path: Path, receipt: Receipt, files: Sequence[Path]) -> None:
    """Write the page.

    Args:
        files: the pictures that were compared on, in the receipt's order.

    Raises:
        UsageError: it cannot be written.
    """
    environment = page.environment()
    text = environment.get_template("receipt.html").render(
        receipt=receipt,
        title=FORMATS[receipt.format].title,
        disagreed=receipt.pictures - round(receipt.agreement.value * receipt.pictures),
        pictures=[(one, pictures.uri(thumbnail(files[one.place]))) for one in receipt.disagreements],
        **html.inlined(environment, ["report.css", "charts.css", "comparison.css"]),
    )
    html.write(path, text, "The page")


def thumbnail(file: Path) -> Image.Image:
    """A picture file as a thumbnail of a receipt. Raises PictureError."""
    image = Image.fromarray(images.read(file))
    image.thumbnail((_LARGEST, _LARGEST))
    return image
