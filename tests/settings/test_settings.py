"""Every setting, from the environment and a TOML file."""

import sys
from pathlib import Path

import pytest

from tenfold import settings
from tenfold.errors import SettingError
from tenfold.images import Limits
from tenfold.settings import Settings, describe, load, origins
from tests.paths import ROOT

REFERENCE = ROOT / "docs" / "reference" / "settings.md"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def problem(environ: dict[str, str], file: Path | None = None) -> str:
    with pytest.raises(SettingError) as caught:
        load(environ, file)
    return str(caught.value)


def test_nothing_set_gives_the_defaults(home: Path) -> None:
    assert load({"TENFOLD_HOME": str(home)}) == Settings(
        home=home,
        data_dir=home / "data",
        model="",
        host="127.0.0.1",
        port=8000,
        max_picture_bytes=25_000_000,
        max_picture_pixels=50_000_000,
        max_model_bytes=500_000_000,
        max_files_per_request=100,
        batch_size=16,
        threads=0,
        language="",
    )


def test_the_picture_limits_are_those_of_a_picture_read_without_settings() -> None:
    made = Settings()
    assert Limits(pixels=made.max_picture_pixels, bytes=made.max_picture_bytes) == Limits()


@pytest.mark.parametrize("one", describe(), ids=lambda one: one.name)
def test_every_setting_is_documented(one: settings.Described) -> None:
    assert one.help.endswith(".")
    assert len(one.help) > 20
    assert one.env == f"TENFOLD_{one.name.upper()}"
    if REFERENCE.exists():
        reference = REFERENCE.read_text(encoding="utf-8")
        assert f"`{one.name}`" in reference
        assert f"`{one.env}`" in reference


def test_a_default_that_depends_on_the_machine_is_said_in_words() -> None:
    shown = {one.name: one.default for one in describe()}
    assert shown["data_dir"] == "$TENFOLD_HOME/data"
    assert shown["home"].startswith("~/.local/share/tenfold (Linux)")
    assert shown["port"] == "8000"


def test_every_setting_can_be_set_by_its_variable(home: Path) -> None:
    made = load(
        {
            "TENFOLD_HOME": str(home),
            "TENFOLD_DATA_DIR": "/data",
            "TENFOLD_MODEL": "/models/mine.onnx",
            "TENFOLD_HOST": "0.0.0.0",
            "TENFOLD_PORT": " 80 ",
            "TENFOLD_ALLOWED_HOSTS": "pictures.example.org",
            "TENFOLD_TRUSTED_PROXIES": "127.0.0.1",
            "TENFOLD_SESSION_IDLE_MINUTES": "30",
            "TENFOLD_SESSION_HOURS": "12",
            "TENFOLD_DATABASE_URL": "postgresql://me@there/tenfold",
            "TENFOLD_UPGRADE_BACKUP": "no",
            "TENFOLD_MAX_PICTURE_BYTES": "1_000",
            "TENFOLD_MAX_PICTURE_PIXELS": "2000",
            "TENFOLD_MAX_FILES_PER_REQUEST": "3",
            "TENFOLD_BATCH_SIZE": "4",
            "TENFOLD_BATCH_WAIT_MS": "5",
            "TENFOLD_THREADS": "6",
            "TENFOLD_LANGUAGE": "uk",
        }
    )
    assert made == Settings(
        home=home,
        data_dir=Path("/data"),
        model="/models/mine.onnx",
        host="0.0.0.0",
        port=80,
        allowed_hosts="pictures.example.org",
        trusted_proxies="127.0.0.1",
        session_idle_minutes=30,
        session_hours=12,
        database_url="postgresql://me@there/tenfold",
        upgrade_backup="no",
        max_picture_bytes=1000,
        max_picture_pixels=2000,
        max_files_per_request=3,
        batch_size=4,
        threads=6,
        language="uk",
    )


def test_the_process_environment_is_used_where_none_is_given(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENFOLD_PORT", "81")
    assert (load().home, load().port) == (own_home, 81)


def test_an_empty_variable_is_as_good_as_none(home: Path) -> None:
    assert load({"TENFOLD_HOME": str(home), "TENFOLD_PORT": "", "TENFOLD_CONFIG": " "}).port == 8000


def test_a_home_sign_is_understood(home: Path) -> None:
    made = load({"TENFOLD_HOME": str(home), "TENFOLD_DATA_DIR": "~/pictures", "TENFOLD_MODEL": "~/mine.onnx"})
    assert made.data_dir == Path.home() / "pictures"
    assert made.model == str(Path.home() / "mine.onnx")


def test_a_variable_goes_before_the_file_and_the_file_before_the_default(home: Path) -> None:
    (home / "tenfold.toml").write_text('port = 81\nthreads = 2\nlanguage = "ru"\n')
    environ = {"TENFOLD_HOME": str(home), "TENFOLD_PORT": "82"}
    made = load(environ)
    assert (made.port, made.threads, made.language, made.batch_size) == (82, 2, "ru", 16)
    from_where = origins(environ)
    assert from_where["port"] == "TENFOLD_PORT"
    assert from_where["threads"] == str(home / "tenfold.toml")
    assert from_where["batch_size"] == "default"
    assert from_where["home"] == "TENFOLD_HOME"
    assert list(from_where) == [one.name for one in describe()]


def test_the_file_can_be_anywhere_and_its_paths_are_meant_from_it(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('data_dir = "pictures"\nmodel = "models/mine.onnx"\nhome = "kept"\n')
    for made in (load({}, file), load({"TENFOLD_CONFIG": str(file)})):
        assert made.data_dir == tmp_path / "pictures"
        assert made.model == str(tmp_path / "models" / "mine.onnx")
        assert made.home == tmp_path / "kept"
    file.write_text('home = "kept"\nmodel = ""\n')
    assert load({}, file).data_dir == tmp_path / "kept" / "data"
    assert load({}, file).model == ""


def test_a_value_that_cannot_be_used_names_the_variable_the_value_and_the_cure() -> None:
    assert problem({"TENFOLD_PORT": "eighty"}) == (
        "TENFOLD_PORT is not a whole number ('eighty'). "
        "Give a whole number from 0 to 65535; the default is 8000."
    )
    assert problem({"TENFOLD_PORT": "65536"}) == (
        "TENFOLD_PORT is too large (65536). Give a whole number from 0 to 65535; the default is 8000."
    )
    assert problem({"TENFOLD_BATCH_SIZE": "0"}) == (
        "TENFOLD_BATCH_SIZE is too small (0). Give a whole number from 1 to 4096; the default is 16."
    )
    assert problem({"TENFOLD_LANGUAGE": "de"}) == (
        "TENFOLD_LANGUAGE is not known ('de'). Take one of en, uk, ru, or leave it empty."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('port = "x1"', "port in {file} is not a whole number ('x1'). Give a whole number from 0 to 65535"),
        ("port = true", "port in {file} is not a whole number (True). Give a whole number"),
        ("port = 8e1", "port in {file} is not a whole number (80.0). Give a whole number"),
        ("port = -1", "port in {file} is too small (-1). Give a whole number from 0 to 65535"),
        ("host = 1", "host in {file} is not text (1). Put it in quotes."),
        ("data_dir = 1", "data_dir in {file} is not text (1). Put it in quotes."),
        ("prot = 81", "prot in {file} is not a setting. Did you mean port?"),
        ("colour = 1", "colour in {file} is not a setting. The settings are home, data_dir, model,"),
        ("[server]\nport = 81", "server in {file} is not a setting."),
        ("port 81", "{file} is not valid TOML (Expected '=' after a key"),
        ("port = 1\nport = 2", "{file} is not valid TOML (Cannot overwrite a value"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_cure(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    assert problem({}, file).startswith(words.format(file=file))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert problem({"TENFOLD_CONFIG": str(missing)}) == (
        f"{missing} cannot be read (No such file or directory). Check the path, or unset TENFOLD_CONFIG."
    )
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert problem({}, binary) == f"{binary} is not valid TOML (it is not UTF-8 text)."


def test_settings_made_by_hand_are_checked_too() -> None:
    with pytest.raises(SettingError, match=r"^port is too large \(99999\)"):
        Settings(port=99_999)
    assert Settings(home=Path("/kept")).data_dir == Path("/kept/data")


@pytest.mark.parametrize(
    ("platform", "environ", "wanted"),
    [
        ("linux", {}, Path("~/.local/share/tenfold")),
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/tenfold")),
        ("darwin", {}, Path("~/Library/Application Support/tenfold")),
        ("win32", {"LOCALAPPDATA": "/appdata"}, Path("/appdata/tenfold")),
        ("win32", {}, Path("~/AppData/Local/tenfold")),
    ],
)
def test_home_is_where_the_platform_keeps_a_users_data(
    platform: str, environ: dict[str, str], wanted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert settings.default_home(environ) == wanted.expanduser()


def test_a_home_folder_that_is_not_there_is_told() -> None:
    with pytest.raises(SettingError) as caught:
        load({"TENFOLD_DATA_DIR": "~no-such-user/data", "TENFOLD_HOME": "/tmp"})
    assert str(caught.value) == (
        "TENFOLD_DATA_DIR cannot be told: there is no such home folder here ('~no-such-user/data'). "
        "Write the path without ~, or set TENFOLD_HOME to a folder."
    )


@pytest.mark.parametrize("changes", [{"max_upload_memory": 30_000_000}, {"client_percent": 4}])
def test_one_client_always_has_room_for_the_largest_picture(changes: dict[str, int]) -> None:
    with pytest.raises(SettingError, match="a client's part of it has no room for the largest picture"):
        Settings(**changes)
    assert Settings(max_upload_memory=34_000_000).upload_memory == 34_000_000
    assert Settings().upload_memory == 500_000_000
