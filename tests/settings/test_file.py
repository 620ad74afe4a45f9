from pathlib import Path

import pytest

from tenfold import settings
from tenfold.errors import SettingError
from tenfold.settings.file import change, place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "tenfold.toml"
    written.write_text("# our server\nport = 81  # not 80\nthreads = 2\n")
    return written


def test_a_change_leaves_everything_else_in_the_file(file: Path) -> None:
    change(file, {"threads": 4, "language": "uk"}, {})
    assert file.read_text() == '# our server\nport = 81  # not 80\nthreads = 4\nlanguage = "uk"\n'
    assert settings.load({"TENFOLD_HOME": str(file.parent)}).threads == 4


def test_none_brings_the_default_back(file: Path) -> None:
    change(file, {"port": None}, {})
    assert settings.load({"TENFOLD_HOME": str(file.parent)}).port == 8000


def test_a_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    file = place(tmp_path / "home", {})
    change(file, {"port": 82}, {})
    assert file == tmp_path / "home" / "tenfold.toml"
    assert file.stat().st_mode & 0o077 == 0
    assert settings.load({"TENFOLD_HOME": str(file.parent)}).port == 82


def test_the_file_that_a_variable_names_is_changed(tmp_path: Path) -> None:
    assert place(tmp_path, {"TENFOLD_CONFIG": "/etc/tenfold.toml"}) == Path("/etc/tenfold.toml")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "port",
            70_000,
            "port is too large (70000). Give a whole number from 0 to 65535; the default is 8000.",
        ),
        ("port", "many", "port is not a whole number ('many')."),
        ("language", "de", "language is not known ('de'). Take one of en, uk, ru, or leave it empty."),
        ("colour", 1, "colour is not a setting. The settings are home, data_dir,"),
        ("home", "/x", "home cannot be set in the file, which lies in it. Set TENFOLD_HOME where"),
        ("threads", 3, "threads is set by TENFOLD_THREADS, which goes before the file. Change or remove"),
    ],
)
def test_what_cannot_be_used_changes_nothing(file: Path, name: str, value: object, words: str) -> None:
    before = file.read_text()
    with pytest.raises(SettingError) as caught:
        change(file, {"language": "uk", name: value}, {"TENFOLD_THREADS": "8"})
    assert str(caught.value).startswith(words)
    assert file.read_text() == before
    assert [path.name for path in file.parent.iterdir()] == ["tenfold.toml"]


def test_a_file_that_is_not_toml_is_left_alone(file: Path) -> None:
    file.write_text("port 81")
    with pytest.raises(SettingError, match=r"cannot be changed .*Correct the file by hand\."):
        change(file, {"port": 82}, {})
    assert file.read_text() == "port 81"
