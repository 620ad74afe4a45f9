"""Running a model file on pictures with ONNX Runtime. Knows nothing of torch, training or HTTP."""

from tenfold.inference.classifier import Classifier

__all__ = ["Classifier"]
