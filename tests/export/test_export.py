"""Exports leave a file that answers, with its receipt, or nothing."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold import modelfile
from tenfold.errors import ExportError, MissingExtra
from tenfold.export import formats
from tenfold.export.export import OpenPictures, export
from tenfold.export.formats import onnx_int8
from tenfold.export.formats.format import missing
from tenfold.export.formats.onnx_int8 import OnnxInt8
from tenfold.export.formats.quantise import expected_agreement
from tenfold.export.receipt import FileFacts, read_receipt
from tenfold.export.steps import ExportListener, ExportStopped
from tenfold.inference import Classifier
from tests import tiny

pytestmark = pytest.mark.slow


def test_an_export_is_a_model_file_with_a_receipt_and_a_page(exported: Path) -> None:
    receipt = read_receipt(exported)

    assert {path.name for path in exported.parent.iterdir()} == {
        "tiny-int8.onnx",
        "tiny-int8.onnx.receipt.html",
        "tiny-int8.onnx.receipt.json",
    }
    assert receipt.files == (FileFacts.of(exported),)
    assert receipt.original == FileFacts.of(tiny.MODEL)
    assert receipt.pictures == len(receipt.answers)
    assert receipt.agreement.n == receipt.pictures
    assert "onnxruntime" in receipt.versions
    page = exported.with_name("tiny-int8.onnx.receipt.html").read_text(encoding="utf-8")
    assert "<title>tiny as ONNX, 8-bit integers: receipt</title>" in page
    assert "<script" not in page


def test_the_threshold_in_the_file_is_the_one_of_the_receipt(exported: Path) -> None:
    novelty = read_receipt(exported).novelty
    info = Classifier(exported, threads=1).info

    assert novelty is not None
    assert info.threshold == novelty.thresholds[1] != novelty.thresholds[0]
    assert info.network["exported"] == {"to": "onnx-int8", "from": FileFacts.of(tiny.MODEL).sha256}
    assert info.scores == {}


def test_the_file_answers_what_the_receipt_says(exported: Path, pictures: Path) -> None:
    receipt = read_receipt(exported)
    classifier = Classifier(exported, threads=1)
    listed = sorted(pictures.rglob("*.png"))
    said = {round(classifier.classify(path).confidence, 6) for path in listed}

    assert {confidence for _, _, confidence in receipt.answers} <= said


def test_an_export_that_answers_too_differently_leaves_nothing(opening: OpenPictures, tmp_path: Path) -> None:
    with pytest.raises(ExportError) as caught:
        export(tiny.MODEL, "onnx-int8", tmp_path / "out" / "tiny.onnx", opening, least=1.01)

    assert caught.value.reason == "export-differs"
    assert "answers too differently from the original, so no file was left" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_an_export_that_is_to_stop_leaves_nothing(opening: OpenPictures, tmp_path: Path) -> None:
    with pytest.raises(ExportStopped):
        export(
            tiny.MODEL,
            "onnx-int8",
            tmp_path / "tiny.onnx",
            opening,
            watcher=ExportListener(stopping=lambda: True),
        )

    assert not list(tmp_path.iterdir())


def test_what_a_converter_refuses_is_told(
    opening: OpenPictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(info: modelfile.ModelInfo, folder: Path) -> object:
        found = opening(info, folder)
        for file in found.calibration:
            Path(folder / file.name).write_bytes(b"no picture")
        return type(found)(**{**vars(found), "calibration": tuple(folder.iterdir())})

    with pytest.raises(ExportError) as caught:
        export(tiny.MODEL, "onnx-int8", tmp_path / "out" / "tiny.onnx", told)  # type: ignore[arg-type]
    assert "is not a picture this build can read" in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.quick
def test_a_missing_extra_is_named_with_the_command_that_installs_it() -> None:
    absent = missing(OnnxInt8(extra="luminous", packages=("luminous-runtime", "onnx")))

    assert isinstance(absent, MissingExtra)
    assert str(absent) == (
        "The export to ONNX, 8-bit integers needs the luminous extra, which is not installed (there is no "
        'luminous-runtime). Install it with: pip install "tenfold[luminous]"'
    )
    assert absent.params == {"command": 'pip install "tenfold[luminous]"'}


@pytest.mark.quick
def test_formats_are_called_by_their_names() -> None:
    assert all(name == one.name for name, one in formats.FORMATS.items())
    assert len({one.suffix for one in formats.FORMATS.values()}) == len(formats.FORMATS)


def test_integers_are_kept_from_pixels_and_from_what_follows_the_pooled_feature(
    pictures: Path, tmp_path: Path
) -> None:
    import onnx

    target = tmp_path / "tiny-int8.onnx"
    OnnxInt8().convert(tiny.MODEL, target, sorted(pictures.rglob("*.png"))[:5])
    graph = onnx.load(target).graph
    makers = {name: node for node in graph.node for name in node.output}
    integer = [
        node.op_type == "Conv"
        and node.input[1] in makers
        and makers[node.input[1]].op_type == "DequantizeLinear"
        for node in graph.node
    ]
    convolutions = [node.op_type == "Conv" for node in graph.node]

    # All but the one that reads pixels, and the one that makes the evidence.
    assert sum(convolutions) == 8
    assert np.array(integer).sum() == 6


def test_weights_that_the_original_has_in_8_bits_stay_so_and_answer_to_the_last_bit() -> None:
    from onnx import TensorProto, helper, numpy_helper
    from onnxruntime import InferenceSession

    random = np.random.default_rng(5)
    stored = random.integers(-127, 128, (600, 64)).astype(np.float32)
    stored[:, 0] = 127
    stored[1] = 0  # learned nothing
    scales = random.random((600, 1), np.float32) / 100
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["weight", "x"], ["y"])],
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [64, 1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [600, 1])],
        [numpy_helper.from_array(stored * scales, "weight")],
    )

    def answer() -> tuple[NDArray[np.float32], int]:
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        content = model.SerializeToString()
        session = InferenceSession(content, providers=["CPUExecutionProvider"])
        return session.run(None, {"x": np.ones((64, 1), np.float32)})[0], len(content)

    before, long = answer()
    onnx_int8._store_in_fewer_bits(graph)
    after, short = answer()

    assert (after == before).all()
    assert short < long / 3


class Layers:
    """A network of layers of which the first few change answers where they compute with integers."""

    def __init__(self, sensitive: int, count: int = 20) -> None:
        self.network, self.layers = 0, list(range(count))
        self._sensitive = sensitive

    def quantised(self, layers: list[int]) -> int:
        """So many answers of a hundred are then other ones."""
        return 2 * sum(one < self._sensitive for one in layers)


@pytest.mark.parametrize(
    ("sensitive", "others"),
    [(0, 0), (1, 0), (6, 0), (50, 4)],
    ids=["none", "the first", "the first six", "more than are tried"],
)
def test_as_many_of_the_first_layers_stay_in_float_as_the_answers_need(
    sensitive: int, others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(network: int, trial: list[int]) -> NDArray[np.float64]:
        others = np.arange(100)[:, None] < network
        return np.where(others, [[0.0, 1.0]], [[1.0, 0.0]])

    monkeypatch.setattr(onnx_int8, "probabilities", answers)

    trial = [np.zeros((1, 2, 2, 3), np.uint8)]
    assert onnx_int8._near_enough(Layers(sensitive), trial) == others  # type: ignore[arg-type]


def test_agreement_is_expected_from_how_leads_change_and_not_from_the_few_that_change_sign() -> None:
    random = np.random.default_rng(7)

    def said(logits: NDArray[np.float64]) -> NDArray[np.float64]:
        odds = np.exp(logits)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    logits = 3 * random.normal(size=(8_000, 5))
    changed = logits + 0.1 * random.normal(size=logits.shape)
    true = float((logits.argmax(axis=1) == changed.argmax(axis=1)).mean())
    groups = [slice(at, at + 200) for at in range(0, 8_000, 200)]
    counted = [(logits[one].argmax(axis=1) == changed[one].argmax(axis=1)).mean() for one in groups]
    expected = [expected_agreement(said(logits[one]), said(changed[one])) for one in groups]

    assert np.mean(expected) == pytest.approx(true, abs=0.003)
    assert np.std(expected) < 0.7 * np.std(counted)
    assert expected_agreement(said(logits), said(logits)) == 1
