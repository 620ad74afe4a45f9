"""What a LiteRT file says of its input and output, as MediaPipe's `ImageClassifier` reads it.

A flatbuffer in the model's own, by the public schema (mediapipe/tasks/metadata/metadata_schema.fbs, version
1.5.0), and label files in the ZIP behind the model. Written here because MediaPipe's own writer drops weights
that lie behind the flatbuffer. The numbers of fields are those of the schema.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tenfold.modelfile import ModelInfo

_NAME, _IDENTIFIER, _PARSER = b"TFLITE_METADATA", b"M001", "1.0.0"
_LABELS = "labels.txt"
_FEATURES, _IMAGE, _NORMALISATION, _AXIS_LABELS, _RGB = 1, 2, 1, 2, 1
# A field that is another table, a text, or floats: written before the table that has it.
_Field = Callable[["Any"], int]


def label_files(info: ModelInfo) -> dict[str, str]:
    """The label files: of the labels, and of the classes' names in each language that has all of them."""
    languages = sorted(set.intersection(*(set(one.names) for one in info.classes)))
    named = {f"labels_{code}.txt": [one.names[code] for one in info.classes] for code in languages}
    files = {_LABELS: list(info.labels), **named}
    return {name: "\n".join(" ".join(one.split()) for one in lines) for name, lines in files.items()}


def with_metadata(content: bytes, info: ModelInfo) -> bytes:
    """A flatbuffer of `TfliteWriter` with the metadata, or with these in place of what it had before."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    if not model.metadata:
        buffer, entry = schema.BufferT(), schema.MetadataT()
        model.buffers.append(buffer)
        entry.name, entry.buffer = _NAME, len(model.buffers) - 1
        model.metadata = [entry]
    model.buffers[model.metadata[0].buffer].data = np.frombuffer(metadata(info), np.uint8)
    builder = flatbuffers.Builder(len(content) + 4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def metadata(info: ModelInfo) -> bytes:
    """The metadata alone."""
    import flatbuffers

    files = [
        _table(
            {0: _text(name), 2: np.int8(_AXIS_LABELS), 3: _text(name.removesuffix(".txt").partition("_")[2])}
        )
        for name in label_files(info)
    ]
    # The network takes pixels as they are: nothing is subtracted, nothing divided.
    as_they_are = _table({0: _floats([0.0]), 1: _floats([1.0])})
    image = _table(
        {
            0: _text("image"),
            1: _text("The picture, RGB, 0 to 255."),
            3: _table({0: np.uint8(_IMAGE), 1: _table({0: np.int8(_RGB)})}),
            4: _tables([_table({0: np.uint8(_NORMALISATION), 1: as_they_are})]),
            5: _table({0: _floats([255.0]), 1: _floats([0.0])}),
        }
    )
    probabilities = _table(
        {
            0: _text("probabilities"),
            1: _text("The probability of each class; they sum to 1."),
            3: _table({0: np.uint8(_FEATURES), 1: _table({})}),
            5: _table({0: _floats([1.0]), 1: _floats([0.0])}),
            6: _tables(files),
        }
    )
    network = _table({2: _tables([image]), 3: _tables([probabilities])})
    root = _table(
        {
            0: _text(info.name),
            1: _text(f"Classifies pictures as one of {len(info.classes)} classes."),
            3: _tables([network]),
            4: _text(f"tenfold {info.tenfold_version}"),
            5: _text(info.licence),
            7: _text(_PARSER),
        }
    )
    builder = flatbuffers.Builder(1024)
    builder.Finish(root(builder), _IDENTIFIER)
    return bytes(builder.Output())


def _table(fields: "dict[int, _Field | np.int8 | np.uint8]") -> _Field:
    def written(builder: Any) -> int:
        found = {slot: one(builder) if callable(one) else one for slot, one in fields.items()}
        builder.StartObject(max(found, default=-1) + 1)
        for slot, one in found.items():
            if isinstance(one, np.int8):
                builder.PrependInt8Slot(slot, int(one), 0)
            elif isinstance(one, np.uint8):
                builder.PrependUint8Slot(slot, int(one), 0)
            elif one:
                builder.PrependUOffsetTRelativeSlot(slot, one, 0)
        return int(builder.EndObject())

    return written


def _tables(tables: Sequence[_Field]) -> _Field:
    def written(builder: Any) -> int:
        found = [one(builder) for one in tables]
        builder.StartVector(4, len(found), 4)
        for one in reversed(found):
            builder.PrependUOffsetTRelative(one)
        return int(builder.EndVector())

    return written


def _floats(values: Sequence[float]) -> _Field:
    return lambda builder: int(builder.CreateNumpyVector(np.array(values, np.float32)))


def _text(text: str) -> _Field:
    return lambda builder: int(builder.CreateString(text)) if text else 0
