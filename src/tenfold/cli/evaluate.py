"""tenfold evaluate: a model file measured on CIFAR-10's test pictures."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tenfold.judging.evaluation import Evaluation


@click.command()
@click.argument("model", required=False, metavar="[MODEL]")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder that holds CIFAR-10.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def evaluate(model: str | None, data_dir: Path | None, as_json: bool) -> None:
    """Measure a model file on the test pictures.

    One view a picture, through ONNX Runtime, as the file is served. MODEL is a model file; without it the
    bundled one is measured.
    """
    from tenfold import settings
    from tenfold.datasets import cifar10
    from tenfold.inference import Classifier
    from tenfold.judging.evaluation import evaluate as judge

    chosen = settings.load()
    classifier = Classifier(model or chosen.model or None, threads=chosen.threads)
    result = judge(classifier, cifar10.load_test(data_dir or Path(chosen.data_dir)))
    click.echo(json.dumps(_as_json(result), indent=2) if as_json else _as_text(result))


def _as_json(result: "Evaluation") -> dict[str, object]:
    return {
        **result.summary(),
        "classes": {label: vars(scores) for label, scores in result.classes.items()},
        "confusion": result.confusion.tolist(),
    }


def _as_text(result: "Evaluation") -> str:
    rows = [
        f"Accuracy             {result.accuracy}",
        f"Calibration error    {result.calibration_error:.2%}",
        f"Cross-entropy        {result.cross_entropy:.4f}",
        f'Not "none of these"  {result.kept}',
        "",
        "class         precision   recall       F1  pictures",
    ]
    rows += [
        f"{label:<12}  {s.precision:>9.2%}  {s.recall:>7.2%}  {s.f1:>7.2%}  {s.support:>8,}"
        for label, s in result.classes.items()
    ]
    names = list(result.classes)
    rows += [
        "",
        "Rows: true class; columns: what it was called",
        " " * 12 + "".join(f"{n[:6]:>8}" for n in names),
    ]
    rows += [
        f"{name:<12}" + "".join(f"{count:>8,}" for count in counts)
        for name, counts in zip(names, result.confusion.tolist(), strict=True)
    ]
    return "\n".join(rows)
