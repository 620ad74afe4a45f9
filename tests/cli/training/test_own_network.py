"""A network of one's own from the command line: the how-to's program learns; one that cannot is told."""

import importlib
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from tenfold.recipes import recipe_file
from tenfold.recipes.recipe import Recipe
from tenfold.runs.run import Run
from tests import tiny
from tests.cli.conftest import Command
from tests.paths import ROOT

pytestmark = pytest.mark.train
GUIDE = ROOT / "docs" / "how-to" / "own-network.md"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with mynets.py as the how-to has it and a folder of pictures."""
    program = re.search(r"```py\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert program
    (tmp_path / "mynets.py").write_text(program[1])
    tiny.folder(tiny.shades(180, classes=3), tmp_path / "pictures")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "mynets", raising=False)
    importlib.invalidate_caches()
    return tmp_path


def train(tenfold: Command, *more: str) -> tuple[int, str, str]:
    outcome = tenfold(
        "train", "--data", "pictures", "--network", "mynets:build", "--run", "run", "--no-report", *more
    )
    return outcome.status, outcome.out, outcome.err


@pytest.mark.slow
def test_the_how_tos_program_learns(tenfold: Command, here: Path) -> None:
    status, out, err = train(tenfold)
    assert (status, err) == (0, "")
    assert "Kept: epoch" in out
    accuracy = Run(here / "run").test_accuracy
    assert accuracy is not None
    assert accuracy > 0.9  # a third is chance


def test_its_recipe_is_plain_adam_at_one_side() -> None:
    recipe = recipe_file.shipped("mynets:build")
    assert recipe.optimiser == Recipe().optimiser
    assert recipe.optimiser.name == "adam"
    assert not recipe.curriculum
    assert (recipe.stopping.keep, recipe.stopping.patience) == ("best", 0)


@pytest.mark.slow
def test_a_side_of_a_later_epoch_that_it_does_not_take_is_told_before_the_first(
    tenfold: Command, here: Path
) -> None:
    (here / "recipe.toml").write_text("curriculum = [{ share = 0.5, size = 0.75 }]\nepochs = 2\n")
    status, _, err = train(tenfold, "--recipe", "recipe.toml")
    assert status == 1
    assert err.startswith(
        "tenfold: The network mynets:build cannot be trained on 2 pictures of 24 x 24, the side of the "
        "recipe's first epochs (mat1 and mat2 shapes cannot be multiplied"
    )
    assert err.endswith("or train at one side: --set curriculum=[]\n")
    assert not (here / "run").exists()
    assert train(tenfold, "--recipe", "recipe.toml", "--set", "curriculum=[]")[0] == 0


@pytest.mark.slow
def test_a_network_takes_the_place_of_the_recipes_and_leaves_its_options(
    tenfold: Command, here: Path
) -> None:
    (here / "recipe.toml").write_text(
        'network = "sequential-4conv"\nepochs = 1\n[options]\nsame = "first"\n[optimiser]\nrate = 0.003\n'
    )
    assert train(tenfold, "--recipe", "recipe.toml")[0] == 0
    recipe = Run(here / "run").parse_recipe()
    assert (recipe.network, recipe.options, recipe.epochs) == ("mynets:build", {}, 1)
    assert (recipe.optimiser.name, recipe.optimiser.rate) == ("adam", 0.003)


@pytest.mark.slow
def test_networks_as_beginners_write_them_become_models(tenfold: Command, here: Path) -> None:
    """Flattened by `view`, with a layer used twice: neither fits how training keeps weights by itself."""
    (here / "mynets.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self, classes, side):\n"
        "        super().__init__()\n"
        "        self.first = nn.Conv2d(3, 4, 3, padding=1)\n"
        "        self.again = self.twice = nn.Conv2d(4, 4, 3, padding=1)\n"
        "        self.fc = nn.Linear(4 * side * side, classes)\n"
        "    def forward(self, x):\n"
        "        x = self.twice(self.again(self.first(x)).relu()).relu()\n"
        "        return self.fc(x.view(x.size(0), -1))\n"
        "def build(classes, side): return Net(classes, side)\n"
    )
    status, out, err = train(tenfold, "--epochs", "2")
    assert (status, err) == (0, "")
    assert "Model file: run/model.onnx" in out


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("x.mean(dim=(2, 3)) @ torch.ones(3, self.classes)", "does not require grad"),
        ("self.norm(x.mean(dim=(2, 3)))", "Expected more than 1 value per channel when training"),
    ],
)
def test_a_network_that_cannot_be_trained_is_told(
    tenfold: Command, here: Path, body: str, words: str
) -> None:
    (here / "mynets.py").write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self, classes):\n"
        "        super().__init__()\n"
        "        self.classes, self.norm = classes, torch.nn.BatchNorm1d(3)\n"
        f"    def forward(self, x): return {body}\n"
        "def build(classes, side): return Net(classes)\n"
    )
    status, _, err = train(tenfold, "--batch-size", "1")
    assert status == 1
    assert "The network mynets:build cannot be trained on one picture of 32 x 32 (" in err
    assert words in err
