"""The phone examples cut pictures as Python does: their programs run where their compilers are."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tenfold import images
from tenfold.images import pixels
from tenfold.inference import views
from tests.data.make_pixel_vectors import CASES, FOLDER
from tests.paths import ROOT

PHONE = ROOT / "examples" / "phone"
MODEL = ROOT / "src/tenfold/models/cifar10.onnx"
RULES = [PHONE / "android/PixelRule.kt", PHONE / "ios/PixelRule.swift"]
WIDTH, HEIGHT = 40, 30


def ran(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def compiler(name: str, package: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"needs {name}: {package}")
    return found


@pytest.mark.slow
def test_the_kotlin_example_gives_the_bytes_of_the_vectors(tmp_path: Path) -> None:
    kotlinc = compiler("kotlinc", "npm's package kotlin-compiler has it in bin/, and it needs java")
    java = compiler("java", "apt-get install openjdk-17-jre-headless")
    sources = [PHONE / "android" / f"{name}.kt" for name in ("PixelRule", "Answer", "VectorsTest")]
    ran(kotlinc, *sources, "-include-runtime", "-d", tmp_path / "vectors.jar")
    said = ran(java, "-jar", tmp_path / "vectors.jar", FOLDER)
    assert said == f"{len(CASES)} of {len(CASES)} vectors\n"


@pytest.mark.slow
def test_the_swift_example_gives_the_bytes_of_the_vectors_and_reads_a_models_facts(tmp_path: Path) -> None:
    swiftc = compiler("swiftc", "Debian 13 has it in the package swiftlang")
    for packed in FOLDER.glob("*.gz"):
        (tmp_path / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    shutil.copy(FOLDER / "vectors.json", tmp_path)
    sources = [PHONE / "ios" / f"{name}.swift" for name in ("PixelRule", "Answer", "main")]
    ran(swiftc, "-O", *sources, "-o", tmp_path / "vectors")
    facts, count = ran(tmp_path / "vectors", tmp_path, MODEL).splitlines()
    assert facts.endswith(",truck 32 bilinear six-wide")
    assert count == f"{len(CASES)} of {len(CASES)} vectors"


def named(source: str, start: str, end: str) -> dict[str, str]:
    """What stands behind each name of a rule in a function, up to the next: `"six" ->` or `case "six":`."""
    part = source[source.index(start) : source.index(end)]
    _, *found = re.split(r'"([\w-]+)"(?: ->|:)', part)
    return dict(zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_the_examples_have_pythons_constants(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    constants = {
        name.replace("_", "").lower(): int(value.replace("_", ""))
        for name, value in re.findall(r"(?:val|let) (\w+) = ([\d_]+)$", source, re.M)
    }
    assert constants["leastneeded"] == pixels._LEAST_NEEDED
    assert constants["neededperinput"] == pixels._NEEDED_PER_INPUT
    assert constants["mostrows"] == pixels._MOST_ROWS
    assert constants["weightbits"] == 22  # as the description of `images.resize` has it


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_the_examples_know_the_rules_that_python_knows(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    shown = named(source, "viewsOf(", "What the network takes")
    assert set(shown) == set(views.RULES)
    for rule, code in shown.items():
        boxes = [
            views._square(WIDTH, HEIGHT, float(scale), float(place)).box if scale else (0, 0, WIDTH, HEIGHT)
            for scale, place in re.findall(r"whole\(w, h\)|square\(w, h, ([\d.]+), ([\d.]+)\)", code)
        ]
        given = views.RULES[rule](WIDTH, HEIGHT)
        assert boxes == [view.box for view in given if not view.mirrored], rule
        assert ("bothWays" in code) == any(view.mirrored for view in given), rule
    filters = named(source, "func filterOf(" if file.suffix == ".swift" else "fun filterOf(", "a = -0.5")
    assert tuple(filters) == images.RESIZE_RULES
    supports = {name: re.findall(r"Filter\((?:support: )?([\d.]+)\)", code) for name, code in filters.items()}
    documented = dict(
        re.findall(r"^ +(box|bi\w+|lanczos) .* support ([\d.]+)$", images.resize.__doc__ or "", re.M)
    )
    assert {name: float(only) for name, (only,) in supports.items()} == {
        name: float(support) for name, support in documented.items()
    }
