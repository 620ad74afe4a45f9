"""The model file: what is written is read; whatever else lies there is told apart."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tenfold import modelfile
from tenfold.errors import ModelFileError
from tenfold.modelfile import ClassName, ModelInfo
from tenfold.modelfile.file import MOST_BYTES
from tests import tiny

INFO = ModelInfo(
    name="pets",
    classes=(ClassName("cat", {"en": "cat", "uk": "кіт"}), ClassName("dog")),
    input_size=32,
    resize="bilinear",
    views="six",
    temperature=1.3,
    threshold=0.4,
    known_rate=0.95,
    network={"widths": [1, 2]},
    training={"epochs": 3},
    data_fingerprint="ab" * 32,
    scores={"test": {"accuracy": 0.94}},
    licence="Apache-2.0",
    tenfold_version="0.1.0",
)
# An ONNX file begins with its format's version.
NETWORK = b"\x08\x0a" + bytes(range(256)) * 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pets.onnx"
    modelfile.write(path, NETWORK, INFO)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ModelFileError) as caught:
        modelfile.read(path)
    message = str(caught.value)
    assert message.startswith(f"The model file {path} ")
    return message.removeprefix(f"The model file {path} ")


def test_what_is_written_is_read(file: Path) -> None:
    content, info = modelfile.read(file)
    assert content == file.read_bytes()
    assert NETWORK in content
    assert info == INFO
    assert info.labels == ("cat", "dog")
    assert info.format_version == modelfile.FORMAT_VERSION


def test_writing_again_replaces_the_file_and_leaves_nothing_else(file: Path) -> None:
    modelfile.write(file, NETWORK, replace(INFO, name="better pets"))
    assert modelfile.read(str(file))[1].name == "better pets"
    assert list(file.parent.iterdir()) == [file]


def test_a_network_longer_than_a_short_length_field_is_kept_whole(tmp_path: Path) -> None:
    long = replace(INFO, training={"notes": "x" * 100_000})
    modelfile.write(tmp_path / "long.onnx", NETWORK, long)
    assert modelfile.read(tmp_path / "long.onnx")[1] == long


@pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.5, 0.9, 0.999])
def test_one_flipped_bit_anywhere_is_seen(file: Path, share: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(share * len(content))] ^= 4
    file.write_bytes(content)
    assert "is damaged" in (message := refusal(file)) or "was not made by tenfold" in message


def test_a_flipped_bit_in_the_network_is_told_as_damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-500] ^= 1
    file.write_bytes(content)
    assert refusal(file) == (
        f"is damaged: its content does not match its seal ({len(content):,} bytes). "
        "Copy it again from where it came, or export it again."
    )


@pytest.mark.parametrize("missing", [1, 79, 80, 1000])
def test_a_file_that_breaks_off_is_told_as_damage(file: Path, missing: int) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:-missing])
    assert refusal(file).startswith("is damaged: its content does not match its seal (")


def test_a_file_that_breaks_off_within_its_facts_is_told_as_damage(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:200])
    assert refusal(file).startswith("is damaged: its facts cannot be read (200 bytes, ")


def test_something_appended_is_told_as_damage(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")
    assert "does not match its seal" in refusal(file)


def test_an_onnx_file_of_another_program_is_told_apart(file: Path) -> None:
    file.write_bytes(NETWORK)
    assert refusal(file) == (
        "was not made by tenfold (an ONNX file of another program). "
        "tenfold writes its own model files with `tenfold train`."
    )


@pytest.mark.parametrize(
    ("content", "received"),
    [(b"", "it is empty"), (b"hello, I am text", "it starts with b'hello, I am '")],
)
def test_something_else_is_told_apart(file: Path, content: bytes, received: str) -> None:
    file.write_bytes(content)
    assert refusal(file).startswith(f"was not made by tenfold ({received}). ")


def test_a_length_without_end_is_no_model_file(file: Path) -> None:
    file.write_bytes(b"\x72" + b"\xff" * 1_000_000)
    assert "was not made by tenfold" in refusal(file)


def test_a_newer_format_names_both_versions(file: Path) -> None:
    modelfile.write(file, NETWORK, replace(INFO, format_version=2, tenfold_version="9.0"))
    assert refusal(file) == (
        "comes from a newer tenfold than this one (format 2 of tenfold 9.0, this one reads up to 1). "
        "Install a newer tenfold."
    )


def test_a_fact_that_a_later_tenfold_added_is_passed_over(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = INFO.to_dict() | {"mood": "sunny"}
    monkeypatch.setattr(ModelInfo, "to_dict", lambda info: facts)
    modelfile.write(file, NETWORK, INFO)
    assert modelfile.read(file)[1] == INFO


def test_a_fact_that_is_missing_is_told_as_damage(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = INFO.to_dict()
    del facts["temperature"]
    monkeypatch.setattr(ModelInfo, "to_dict", lambda info: facts)
    modelfile.write(file, NETWORK, INFO)
    assert "is damaged: its facts cannot be read" in refusal(file)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no.onnx") == (
        "cannot be read (No such file or directory). "
        "Check the path, or name a bundled model: photo, cifar10, cifar10-small, watch."
    )
    assert refusal(tmp_path).startswith("cannot be read (Is a directory). ")


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").startswith("cannot be read (it is no file). ")


def test_a_file_larger_than_any_model_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge.onnx").open("wb") as huge:
        huge.truncate(MOST_BYTES + 1)
    assert refusal(tmp_path / "huge.onnx").startswith("cannot be read (2,147,483,648 bytes; no ONNX file has")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelFileError) as caught:
        modelfile.write(tmp_path / "file" / "pets.onnx", NETWORK, INFO)
    assert "cannot be written (" in str(caught.value)
    assert str(caught.value).endswith("Free some space, or name another place.")


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = file.read_bytes()
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ModelFileError, match=r"cannot be written \(.*No space left on device\)"):
        modelfile.write(file, NETWORK, replace(INFO, name="better pets"))
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_the_facts_come_first_and_the_seal_last(file: Path) -> None:
    content = file.read_bytes()
    assert content.index(b"tenfold") < 20
    assert content[-80:].startswith(b"tenfold.sha256")


def test_an_installation_without_its_model_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenfold.modelfile.file.__file__", str(tmp_path / "modelfile" / "file.py"))
    with pytest.raises(ModelFileError) as caught:
        modelfile.bundled()
    assert str(caught.value) == (
        "The bundled model photo is missing from this installation. "
        "Install tenfold again, or name a model file with --model or TENFOLD_MODEL."
    )


@pytest.mark.train
def test_the_file_is_onnx_to_others_too() -> None:
    import onnx

    model = onnx.load(str(tiny.MODEL))
    onnx.checker.check_model(model)
    assert [prop.key for prop in model.metadata_props] == ["tenfold", "tenfold.sha256"]
    assert [output.name for output in model.graph.output] == [
        "probabilities",
        "embedding",
        "evidence",
        "novelty",
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": 5},
        {"input_size": "32"},
        {"scores": []},
        {"threshold": True},
    ],
)
def test_a_sealed_file_with_facts_of_another_kind_is_refused(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    """A seal shows damage; it does not say who made the file."""
    file = tmp_path / "odd.onnx"
    modelfile.write(file, NETWORK, replace(INFO, **changed))  # type: ignore[arg-type]
    with pytest.raises(ModelFileError, match="is damaged: its facts cannot be read"):
        modelfile.read(file)
