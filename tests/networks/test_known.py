"""Networks by name and by module and function, and what is said where there is none."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold.errors import TrainingError
from tenfold.networks import known
from tenfold.networks.default import DefaultNetwork
from tenfold.networks.output import Output

pytestmark = pytest.mark.train
NETS = """
from torch import nn

def build(classes, side, width=4):
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * side**2, width), nn.Linear(width, classes))

def words(classes, side):
    return "a network"

number = 7
ready = nn.Linear(3, 4)

def scripted(classes, side):
    import torch, warnings
    warnings.simplefilter("ignore")
    return torch.jit.script(build(classes, side))
"""


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module in the current folder, which is not on the path."""
    (tmp_path / "own_nets.py").write_text(NETS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    monkeypatch.delitem(sys.modules, "own_nets", raising=False)
    return "own_nets"


def refusal(name: str, classes: int = 10, side: int = 32, **options: Any) -> str:
    with pytest.raises(TrainingError) as caught:
        known.build(name, classes, side, **options)
    return str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("one", known.NETWORKS, ids=lambda one: one.name)
def test_every_name_builds_and_gives_output(one: known.KnownNetwork) -> None:
    with torch.device("meta"):
        output = known.build(one.name, 1000, one.side).eval()(torch.zeros(2, 3, one.side, one.side))
    assert isinstance(output, Output)
    assert output.logits.shape == (2, 1000)


def test_the_lookup_needs_no_torch() -> None:
    code = "import sys, tenfold.networks.known as k; k.known('ml-cnn'); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_options_of_a_name_can_be_given_or_changed() -> None:
    network = known.build("default", 5, 32, widths=[4, 6, 8])
    assert isinstance(network, DefaultNetwork)
    assert network.config.widths == (4, 6, 8)
    learning = known.build("vgg16-finetuned", 5, 32, widths=[1] * 5, trainable_blocks=5)
    assert all(p.requires_grad for p in learning.parameters())


def test_a_function_of_ones_own_is_found_in_the_current_folder(nets: str) -> None:
    network = known.build(f"{nets}:build", 5, 8, width=6)
    output = network(torch.zeros(2, 3, 8, 8))
    assert isinstance(output, Output)
    assert output.features.shape == (2, 6)


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    message = refusal("resnet-21")
    assert message.startswith("The network 'resnet-21' is not known (known are default, cifar10-small, ")
    assert message.endswith("or name a function of your own as package.module:function.")


@pytest.mark.parametrize("classes", [0, 1, 1001])
def test_a_number_of_classes_out_of_range_is_told(classes: int) -> None:
    assert f"is built for 2 to 1,000 classes ({classes})." in refusal("ml-cnn", classes)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("nowhere.nets:build", "cannot be imported (No module named 'nowhere')"),
        (":build", "cannot be imported (Empty module name)"),
        ("own_nets:bild", "is not a function (own_nets has no function 'bild')"),
        ("own_nets:number", "is not a function (int)"),
        ("own_nets:ready", "is not a function (Linear)"),
        ("own_nets:scripted", "is TorchScript, whose layers cannot be looked into"),
        ("own_nets.py:build", "is named by a file (own_nets.py). Name the module, in the folder that it"),
        ("./own_nets.py:build", "lies in: own_nets:build."),
        ("own_nets:words", "is not a torch module (str)"),
    ],
)
def test_what_is_no_network_is_told(nets: str, function: str, words: str) -> None:
    assert words in refusal(function)


def test_a_module_with_an_error_in_it_is_told(nets: str, tmp_path: Path) -> None:
    (tmp_path / "wrong_nets.py").write_text("def build(classes, side:\n")
    assert "The network wrong_nets:build cannot be imported ('(' was never closed" in refusal(
        "wrong_nets:build"
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("nn.Flat()", "cannot be imported (NameError: name 'nn' is not defined, in odd_nets.py line 1)"),
        ("{}['x']", "cannot be imported (KeyError: 'x', in odd_nets.py line 1)"),
        (
            "def build(c, s): return c[0]",
            "cannot be built for 10 classes and pictures of 32 x 32 (TypeError: ",
        ),
        ("raise SystemExit(0)", "cannot be imported (SystemExit: 0, in odd_nets.py line 1)"),
        ("def build(c, s): exit('no')", "pictures of 32 x 32 (SystemExit: no, in odd_nets.py line 1)"),
        (
            "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
            "cannot be imported (E: no message, in odd_nets.py line 3)",
        ),
        ("def build(c, s): raise AttributeError", "(AttributeError: no message, in odd_nets.py line 1)"),
    ],
)
def test_whatever_ones_own_code_raises_is_told(nets: str, tmp_path: Path, code: str, words: str) -> None:
    (tmp_path / "odd_nets.py").write_text(f"{code}\n")
    sys.modules.pop("odd_nets", None)
    importlib.invalidate_caches()
    assert words in refusal("odd_nets:build")


def test_an_option_that_the_function_does_not_take_is_told(nets: str) -> None:
    message = refusal("own_nets:build", depth=3)
    assert "does not take what it is given (got an unexpected keyword argument 'depth')" in message
    assert message.endswith("options: (10, 32, depth=3). Its function is build(classes, side, width=4).")


@pytest.mark.parametrize("options", [{"widths": [1, 2]}, {"pool": "median"}])
def test_options_of_the_default_out_of_range_are_told(options: dict[str, Any]) -> None:
    assert "has three widths and pools by average or max" in refusal("default", **options)
