"""The formats that a model can be exported to, one object each. Knows nothing of receipts.

What a format needs is imported when it converts or loads, in a process of its own.
"""

from tenfold.export.formats.format import ExportFormat, missing, versions
from tenfold.export.formats.onnx_int8 import OnnxInt8
from tenfold.export.formats.openvino import OpenVino

FORMATS: dict[str, ExportFormat] = {one.name: one for one in (OnnxInt8(), OpenVino())}

__all__ = ["FORMATS", "ExportFormat", "missing", "versions"]
