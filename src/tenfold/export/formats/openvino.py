"""A model for OpenVINO: an XML file with the network, and a BIN file with its weights.

Two faults of its runtime for processors are kept from the answers. It computes a maximum between convolution
and activation wrongly where it fuses them (2026.4; like openvinotoolkit/openvino#25744), and does not fuse
what is also an output: so these maxima are outputs too. And it takes bfloat16 by itself where a processor has
AMX, which changes answers: so each layer is marked to keep its precision, and the file asks for `f32`.
"""

import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import ModelFileError
from tenfold.export.formats.format import PictureClassifier, package_versions
from tenfold.inference.classifier import NetworkClassifier
from tenfold.modelfile import OUTPUTS, ModelInfo, facts

_PRECISION = "INFERENCE_PRECISION_HINT"
_FACTS, _PINNED = ["tenfold"], ["runtime_options", _PRECISION]
# Operators that compute nothing.
_DATA = ("Const", "Parameter", "Result")


@dataclass(frozen=True)
class OpenVino:
    """See `ExportFormat`."""

    name: str = "openvino"
    title: str = "OpenVINO"
    suffix: str = "-openvino.xml"
    integer: bool = False
    extra: str = "openvino"
    packages: tuple[str, ...] = ("openvino",)

    def convert(
        self, model: Path, target: Path, calibration: Sequence[Path], trial: Sequence[Path] = ()
    ) -> None:
        import openvino

        network = openvino.convert_model(model)
        pools = [node for node in network.get_ops() if node.get_type_name() == "MaxPool"]
        network.add_outputs([node.output(0) for node in pools])
        _save(network, target)

    def describe(self, target: Path, info: ModelInfo) -> None:
        import openvino

        network = openvino.Core().read_model(target)
        network.set_rt_info(facts.dumped(info).decode(), _FACTS)
        network.set_rt_info("f32", _PINNED)
        _save(network, target)

    def info(self, target: Path) -> ModelInfo:
        # What OpenVINO could take for a number in the facts is no text any more; the file has it as it was.
        root = ElementTree.parse(target).getroot()
        found = root.find("rt_info/tenfold")
        if found is None:
            raise ModelFileError(f"The file {target}", "was not made by tenfold", reason="not-a-model")
        return facts.model_info(facts.parsed(found.get("value", "").encode()))

    def load(self, target: Path) -> PictureClassifier:
        import openvino

        core = openvino.Core()
        network, info = core.read_model(target), self.info(target)
        settings = {_PRECISION: network.get_rt_info(_PINNED).astype(str), "INFERENCE_NUM_THREADS": 1}
        return NetworkClassifier(info, _OpenVinoNetwork(core.compile_model(network, "CPU", settings)))

    def versions(self) -> dict[str, str]:
        return package_versions(self)


class _OpenVinoNetwork:
    """A compiled network; see `tenfold.inference.classifier.Runtime`."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled

    def run(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        found = self._compiled([inputs])
        return tuple(found[name] for name in OUTPUTS)


def _save(network: Any, target: Path) -> None:
    """Write the two files; a network that was read still has its weights in the old one."""
    import openvino

    with TemporaryDirectory(dir=target.parent) as folder:
        new = Path(folder) / target.name
        openvino.save_model(network, new, compress_to_fp16=False)
        tree = ElementTree.parse(new)
        for layer in tree.getroot().iter("layer"):
            if layer.get("type") not in _DATA:
                _keep_precision(layer)
        tree.write(new, encoding="utf-8", xml_declaration=True)
        for file in (new.with_suffix(".bin"), new):
            shutil.move(file, target.with_name(file.name))


def _keep_precision(layer: ElementTree.Element) -> None:
    marks = layer.find("rt_info")
    if marks is None:
        marks = ElementTree.Element("rt_info")
        layer.insert(1 if layer.find("data") is not None else 0, marks)
    if not any(one.get("name") == "precise" for one in marks):
        ElementTree.SubElement(marks, "attribute", name="precise", version="0")
