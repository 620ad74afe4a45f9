"""Layers that are written for LiteRT give what they should in its interpreter."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold import modelfile
from tenfold.export.formats import FORMATS, litert, missing
from tenfold.export.formats.tflite import TfliteWriter
from tenfold.modelfile import BUNDLED, OUTPUTS
from tenfold.networks import known

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        missing(FORMATS["litert"]) is not None, reason="needs the litert extra: pip install 'tenfold[litert]'"
    ),
]
Floats = NDArray[np.float32]


def layer(weights: Floats, pictures: Floats, *, integer: bool) -> tuple[Floats, int]:
    """What a 1 x 1 convolution with `[outputs, 1, 1, inputs]` gives, and the length of its file."""
    from ai_edge_litert.interpreter import Interpreter

    writer = TfliteWriter({"w": weights}, {"x": pictures}, {"w"} if integer else ())
    source = writer.input("x", pictures.shape, np.float32)
    options = writer.schema.Conv2DOptionsT()
    options.padding = writer.schema.Padding.VALID
    options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
    inputs = [source, writer.weights("w", weights), writer.constant(np.ones(len(weights), np.float32))]
    shape = (*pictures.shape[:3], len(weights))
    content = writer.content([source], {"y": writer.operator("CONV_2D", inputs, shape, options=options)})
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pictures)
    interpreter.invoke()
    found: Floats = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    return found, len(content)


@pytest.mark.parametrize("outputs", [8, 1152])
def test_a_layer_of_integers_is_near_the_one_of_floats_and_a_quarter_of_its_size(outputs: int) -> None:
    random = np.random.default_rng(5)
    weights = random.normal(size=(outputs, 1, 1, 64)).astype(np.float32)
    weights[3] = 0  # learned nothing
    weights[4] *= 1e-9
    pictures = random.normal(size=(1, 4, 4, 64)).astype(np.float32)

    floats, long = layer(weights, pictures, integer=False)
    integers, short = layer(weights, pictures, integer=True)

    assert floats == pytest.approx(pictures @ weights.reshape(outputs, 64).T + 1, abs=1e-4)
    assert np.abs(integers - floats).max() < 0.02 * np.abs(floats).max()
    assert (integers[..., 3] == 1).all()
    if outputs > 1000:
        assert short < long / 3


@pytest.mark.quick
def test_weights_that_16_bits_hold_are_stored_in_16() -> None:
    random = np.random.default_rng(5)
    half = random.normal(size=(64, 1, 1, 64)).astype(np.float16).astype(np.float32)
    pictures = random.normal(size=(1, 2, 2, 64)).astype(np.float32)

    found, short = layer(half, pictures, integer=False)
    _, long = layer(half * np.float32(1.0001), pictures, integer=False)

    assert found == pytest.approx(pictures @ half.reshape(64, 64).T + 1, abs=1e-4)
    assert long - short > 7000


def test_weights_that_8_bits_hold_are_stored_in_8() -> None:
    random = np.random.default_rng(5)
    bytes_ = random.integers(-127, 128, (1200, 1, 1, 64)).astype(np.float32)
    bytes_[:, 0, 0, 0] = 127
    scales = random.random((1200, 1, 1, 1), np.float32) / 100 + np.float32(1e-4)
    weights: Floats = (bytes_ * scales).astype(np.float32)
    pictures = random.normal(size=(1, 2, 2, 64)).astype(np.float32)

    found, short = layer(weights, pictures, integer=False)
    changed = weights.copy()
    changed[0, 0, 0, 1] *= np.float32(1.001)
    _, long = layer(changed, pictures, integer=False)

    assert found == pytest.approx(pictures @ weights.reshape(1200, 64).T + 1, abs=1e-4)
    assert short < long / 3


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    ["sequential-6conv", "pycrafters-v1.3", "ml-cnn", "resnet-20", "cifar10-small", "efficientnet-lite0"],
)
def test_a_network_that_trains_is_written_with_all_outputs(name: str) -> None:
    import torch
    from ai_edge_litert.interpreter import Interpreter
    from onnxruntime import InferenceSession

    from tenfold.export.onnx import Calibration, ServedNetwork, to_onnx

    torch.manual_seed(3)
    network = known.build(name, 4, 32).eval()
    for module in network.modules():
        # As after training: norms that do nothing would hide a norm that is written wrongly.
        if isinstance(module, torch.nn.BatchNorm2d | torch.nn.BatchNorm1d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    with torch.no_grad():
        width = network(torch.zeros(1, 3, 32, 32))[1].shape[1]
    prototypes = torch.nn.functional.normalize(torch.randn(9, width), dim=1)
    mean, std = torch.full((3,), 120.0), torch.full((3,), 60.0)
    content = to_onnx(ServedNetwork(network, mean, std, Calibration(1.0, prototypes, 3, 0.25)), 32)
    picture = np.random.default_rng(5).integers(0, 256, (1, 32, 32, 3), dtype=np.uint8)
    session = InferenceSession(content, providers=["CPUExecutionProvider"])
    expected = dict(zip(OUTPUTS, session.run(list(OUTPUTS), {"image": picture}), strict=True))

    interpreter = Interpreter(model_content=litert.converted(content, 32, OUTPUTS), num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
    interpreter.invoke()
    for one in interpreter.get_output_details():
        assert interpreter.get_tensor(one["index"]) == pytest.approx(expected[one["name"]], abs=1e-4)


@pytest.mark.parametrize("model", BUNDLED)
def test_only_layers_between_pixels_and_the_pooled_feature_get_integers(model: str) -> None:
    from ai_edge_litert import schema_py_generated as schema

    source = modelfile.bundled(model)
    _, info = modelfile.read(source)
    content = litert.converted(modelfile.network(source), info.input_size, ("probabilities",), integer=True)
    file = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    network = file.subgraphs[0]
    # What is only stored so, and computed with as floats.
    widened = {
        one.inputs[0]
        for one in network.operators
        if file.operatorCodes[one.opcodeIndex].builtinCode == schema.BuiltinOperator.DEQUANTIZE
    }
    integers = [
        one.shape
        for place, one in enumerate(network.tensors)
        if one.type == schema.TensorType.INT8 and place not in widened
    ]

    assert integers
    assert all(len(shape) == 4 and shape[0] > 1 and shape[3] > 3 for shape in integers)
