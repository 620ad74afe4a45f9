"""How the bundled models' files are put together: faster and smaller forms answer as the plain ones do."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn import functional

from benchmarks.backbone import head
from benchmarks.backbone.assemble import prune, shrunk
from benchmarks.backbone.front import FULL_DETAIL, LEAST_DETAIL, Front
from tenfold.networks.efficientnet_lite import EfficientNetLite


def test_the_front_answers_as_the_network_and_plain_means_do() -> None:
    torch.manual_seed(1)
    network = EfficientNetLite(1000, weights="none").eval()
    smooth = functional.interpolate(torch.rand(2, 3, 8, 8) * 175 + 40, size=192, mode="bilinear")
    pixels = (smooth + 6 * torch.randn_like(smooth)).round().clamp(0, 255)
    image = pixels.permute(0, 2, 3, 1).to(torch.uint8)

    with torch.no_grad():
        cells, feature, _, _, detail = Front(network)(image)
        expected = network.cells((pixels - 127) / 128)

    assert torch.allclose(cells, expected, atol=1e-4)
    assert torch.allclose(feature, expected.mean(dim=(2, 3)), atol=1e-4)
    again = functional.interpolate(functional.avg_pool2d(pixels, 6), scale_factor=6, mode="bilinear")
    fine = (pixels - again).square().mean(dim=(1, 2, 3)).sqrt()
    contrast = (pixels - pixels.mean(dim=(2, 3), keepdim=True)).square().mean(dim=(1, 2, 3)).sqrt()
    share = (fine / (contrast + 4) - LEAST_DETAIL) / (FULL_DETAIL - LEAST_DETAIL)
    assert 0 < share.min() <= share.max() < 1
    assert torch.allclose(detail, share, atol=1e-4)


@pytest.mark.parametrize(("in_bytes", "kind", "error"), [(False, "FLOAT16", 2e-3), (True, "INT8", 2e-2)])
def test_small_weights_answer_as_the_whole_ones(in_bytes: bool, kind: str, error: float) -> None:
    random = np.random.default_rng(1)
    # Each output has a size of its own.
    weights = (random.normal(size=(80, 100)) * np.logspace(-2, 2, 80)[:, None]).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 100])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 80])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)

    found = shrunk(model, in_bytes=in_bytes)

    stored = found.graph.initializer[0]
    assert stored.data_type == getattr(TensorProto, kind)
    onnx.checker.check_model(found)
    x = random.normal(size=(50, 100)).astype(np.float32)
    (y,) = onnxruntime.InferenceSession(found.SerializeToString()).run(None, {"x": x})
    whole = x @ weights.T
    assert (np.abs(y - whole).max(0) / np.abs(whole).max(0)).max() < error


def test_what_no_output_needs_is_taken_out() -> None:
    numbers = [numpy_helper.from_array(np.ones(2, np.float32), name) for name in ("a", "b")]
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "a"], ["y"]), helper.make_node("Mul", ["x", "b"], ["unused"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
        numbers,
    )
    prune(graph)
    assert [node.op_type for node in graph.node] == ["Add"]
    assert [one.name for one in graph.initializer] == ["a"]


def test_what_imagenet_has_no_class_for_is_left_to_the_head() -> None:
    folded = torch.tensor([[0.1, 0.2], [0.1, 0.2]])
    learned = torch.tensor([[0.9, 0.1], [0.0, 1.0]])
    assert head.named(folded, learned, ()).tolist() == pytest.approx([0.3, 0.3])
    assert head.named(folded, learned, (0,)).tolist() == pytest.approx([0.93, 0.3])


def test_a_class_of_few_pictures_counts_as_much_as_one_of_many() -> None:
    random = np.random.default_rng(1)
    common, rare, other = (
        random.normal(0, 1, (300, 8)),
        random.normal(0.6, 1, (15, 8)),
        random.normal(-3, 1, (50, 8)),
    )
    known = np.concatenate([common, rare]).astype(np.float32)
    labels = np.repeat([0, 1], (300, 15))

    def recall(*, balanced: bool) -> float:
        fitted = head.fit(known, labels, other.astype(np.float32), 1e-3, 2, balanced=balanced)
        return float((head.answers(fitted, known)[labels == 1].argmax(1) == 1).mean())

    assert recall(balanced=True) > recall(balanced=False) + 0.2
