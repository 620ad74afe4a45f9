"""Published figures beside ours: ours come from the measured results, and the page is up to date."""

import json
from pathlib import Path

from benchmarks import published
from benchmarks.table import replaced


def test_only_measured_networks_appear(tmp_path: Path) -> None:
    file = tmp_path / "networks.json"
    epochs = {"epochs_run": 8, "published_epochs": 182, "stopped_early": False}
    measured = {"multiply_adds": 9e6, "test": [0.9, 0.89, 0.91], **epochs}
    file.write_text(json.dumps({"new": measured, "untrained": {"multiply_adds": 1e6}}))
    (one,) = published.measured_networks(file)
    assert (one.name, one.value, one.multiply_adds, one.ours) == (
        "`new` (ours, 8 of 182 epochs)",
        0.9,
        9e6,
        True,
    )


def test_a_run_from_fewer_pictures_says_so_and_has_its_own_cost(tmp_path: Path) -> None:
    file = tmp_path / "networks.json"
    epochs = {"epochs_run": 8, "published_epochs": 8, "stopped_early": False}
    part = {"learned_from": 5000, "run_multiply_adds": 4e6, "multiply_adds": 9e6, "test": [0.9, 0.89, 0.91]}
    whole = part | {"learned_from": 45_000, "run_multiply_adds": 9e6}
    file.write_text(json.dumps({"part": part | epochs, "whole": whole | epochs}))
    found = [(one.name, one.multiply_adds) for one in published.measured_networks(file)]
    assert found == [("`part` (ours, 5,000 pictures)", 4e6), ("`whole` (ours)", 9e6)]


def test_shares_and_percentages_are_read_alike(tmp_path: Path) -> None:
    rows = [
        {"what": "Seen one", "value": "67.2% (95 % ...)", "n": "5"},
        {"what": "Seen two", "value": "0.838", "n": "5"},
    ]
    (tmp_path / "some.json").write_text(
        json.dumps({"rows": [*rows, {"what": "Other", "value": "1", "n": "1"}]})
    )
    assert [round(one.value, 4) for one in published.measured_rows("some", "Seen", tmp_path)] == [
        0.672,
        0.838,
    ]


def test_each_models_novelty_is_read_where_it_was_measured(tmp_path: Path) -> None:
    found = {"what": "photo: roads called none of these", "value": "1", "n": "9", "peer": "AUROC 0.954"}
    other = {"what": "photo: roads", "value": "1", "n": "9", "peer": ""}
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "photographs.json").write_text(json.dumps({"rows": [found, other]}))
    found |= {"what": "roads called none of these", "peer": "AUROC 0.914 against others"}
    (tmp_path / "models" / "watch_model.json").write_text(json.dumps({"rows": [found]}))
    assert [(one.name, one.value) for one in published.measured_novelty(tmp_path)] == [
        ("photo: roads (ours, n = 9)", 0.954),
        ("watch: roads (ours, n = 9)", 0.914),
    ]


def test_what_computes_nothing_is_a_line_across_and_has_a_row() -> None:
    network = published.Figure("A network", 0.9, "here", 4e7, ours=True)
    person = published.Figure("One person", 0.95, "elsewhere")
    text = published.section(published.scatter("Accuracy", [person, network]), [person, network])
    assert text.count('class="line level"') == 1
    assert text.count('class="dot ') == 1
    assert "| 1 | One person |  | 95.00% | elsewhere |" in text


def test_the_page_is_as_the_script_writes_it() -> None:
    page = published.PAGE.read_text(encoding="utf-8")
    assert replaced(page, published.content(), published.START, published.END) == page
