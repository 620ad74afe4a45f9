"""Some layers of a network with integers of 8 bits in place of floats, for ONNX Runtime. Knows no model file.

Static quantisation in the QDQ form: activations without a sign, weights with one scale for each channel, the
ranges from the least and greatest value over some pictures.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenfold.export.formats.graph import integer_nodes, limits_after, no_integer_layer

if TYPE_CHECKING:
    import onnx

Picture = NDArray[np.uint8]


class Quantiser:
    """A network whose values were measured on pictures once, and which is then quantised in several ways.

    Args:
        network: with one input, `image`.
        pictures: as the network takes them.

    Attributes:
        network: with its constants folded.
        layers: those that may compute with integers, in their order.

    Raises:
        ExportError: no layer may.
    """

    def __init__(self, network: "onnx.ModelProto", pictures: Iterable[Picture]) -> None:
        import onnx
        from onnxruntime.quantization.calibrate import create_calibrator
        from onnxruntime.quantization.shape_inference import quant_pre_process

        with TemporaryDirectory() as folder:
            plain, prepared, traced = (Path(folder, f"{name}.onnx") for name in ("plain", "folded", "traced"))
            plain.write_bytes(network.SerializeToString())
            quant_pre_process(plain, prepared, skip_symbolic_shape=True)
            self.network = onnx.load(prepared)
            self.layers = integer_nodes(self.network)
            if not self.layers:
                raise no_integer_layer()
            limits = limits_after(self.network, self.layers)
            self._kinds = sorted({node.op_type for node in [*self.layers, *limits]})
            calibrator = create_calibrator(prepared, self._kinds, augmented_model_path=str(traced))
            calibrator.collect_data(_Pictures(pictures))
            self._ranges = calibrator.compute_data()

    def quantised(self, layers: Sequence["onnx.NodeProto"]) -> "onnx.ModelProto":
        """The network with some of its layers, and the limits behind them, as integers."""
        import onnx
        from onnxruntime.quantization import QuantType
        from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

        copy = onnx.ModelProto()
        copy.CopyFrom(self.network)
        quantizer = QDQQuantizer(
            copy,
            per_channel=True,
            reduce_range=False,
            weight_qType=QuantType.QInt8,
            activation_qType=QuantType.QUInt8,
            tensors_range=self._ranges,
            nodes_to_quantize=[node.name for node in [*layers, *limits_after(self.network, layers)]],
            nodes_to_exclude=[],
            op_types_to_quantize=self._kinds,
            extra_options={},
        )
        quantizer.quantize_model()
        made: onnx.ModelProto = quantizer.model.model
        return made


def probabilities(network: "onnx.ModelProto", pictures: Sequence[Picture]) -> NDArray[np.float64]:
    """What a network says of each picture, `[N, classes]`."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(network.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return np.array([session.run(["probabilities"], {"image": one})[0][0] for one in pictures], np.float64)


def expected_agreement(original: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The share of pictures that two networks are expected to give the same first answer, 0 to 1.

    Few of some hundred pictures change their answer, so that counting them says little. Here each change of
    the first answer's margin is combined with each margin, as if every picture had been changed in as many
    ways.
    """
    first = original.argmax(axis=1)
    lead = _lead(original, first)
    change = _lead(other, first) - lead
    return float((lead[:, None] + change[None, :] >= 0).mean())


def _lead(found: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """The margin of a class's logit, one class for each picture, over the best other class."""
    logits = np.log(found + 1e-12)
    rows = np.arange(len(logits))
    own = logits[rows, first]
    logits[rows, first] = -np.inf
    return np.asarray(own - logits.max(axis=1))


class _Pictures:
    """Pictures as ONNX Runtime's calibration takes them."""

    def __init__(self, pictures: Iterable[Picture]) -> None:
        self._pictures = iter(pictures)

    def get_next(self) -> dict[str, Any] | None:
        """The network's input for the next picture; None after the last."""
        picture = next(self._pictures, None)
        return None if picture is None else {"image": picture}
