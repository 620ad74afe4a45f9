"""The formats that a model can be exported to, one object each. Knows nothing of receipts.

What a format needs is imported when it converts or loads, in a process of its own.
"""

from tenfold.export.formats.format import ExportFormat, missing
from tenfold.export.formats.litert import LiteRt
from tenfold.export.formats.onnx_int8 import OnnxInt8
from tenfold.export.formats.openvino import OpenVino
from tenfold.export.formats.web import Web
from tenfold.modelfile import OUTPUTS

_ALL: tuple[ExportFormat, ...] = (
    OnnxInt8(),
    OpenVino(),
    LiteRt(),
    LiteRt("litert-full", "LiteRT, all outputs", "-full.tflite", outputs=OUTPUTS),
    LiteRt("litert-int8", "LiteRT, 8-bit integers", "-int8.tflite", integer=True),
    LiteRt(
        "litert-int8-full", "LiteRT, 8-bit integers, all outputs", "-int8-full.tflite", True, outputs=OUTPUTS
    ),
    Web(),
)
FORMATS: dict[str, ExportFormat] = {one.name: one for one in _ALL}

__all__ = ["FORMATS", "ExportFormat", "missing"]
