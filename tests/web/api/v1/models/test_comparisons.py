"""Models compared in the background, on the same pictures."""

from pathlib import Path

import pytest

from tenfold.modelfile import ClassName
from tests import tiny
from tests.web.conftest import Running, Serve

COMPARISONS, MODELS = "/api/v1/comparisons", "/api/v1/models"


@pytest.fixture(scope="module")
def server(serve: Serve) -> Running:
    return serve(threads=1)


@pytest.fixture(scope="module")
def keys(server: Running, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two models of the same name, which answer alike, and one of other classes."""
    folder = tmp_path_factory.mktemp("models")
    app = server.service.app
    first = tiny.variant(folder / "first.onnx", name="twin", licence="MIT")
    second = tiny.variant(folder / "second.onnx", name="twin", licence="CC0-1.0")
    return [app.model_switch.add(path, name="twin", by=0).hash for path in (first, second)]


@pytest.mark.slow
def test_the_result_says_which_is_better_and_how_sure_that_is(
    server: Running, keys: list[str], tmp_path: Path
) -> None:
    pictures = tiny.folder(tiny.shades(120), tmp_path / "pictures")
    asked = server.client.post(COMPARISONS, json={"models": keys, "data": str(pictures)})
    assert asked.status_code == 202
    job = asked.json()
    assert (job["kind"], job["title"]) == ("compare", "Compare twin and twin")
    assert server.client.get(f"{COMPARISONS}/{job['id']}/report").status_code == 404
    server.service.app.jobs.wait(job["id"], timeout=60)
    job = server.client.get(f"/api/v1/jobs/{job['id']}").json()
    assert (job["state"], job["problem"]) == ("done", None)
    names = [f"twin ({key[:8]})" for key in keys]
    result = job["result"]
    assert [result["models"][name]["hash"] for name in names] == keys
    assert result["pictures"] == 20
    assert [one["kind"] for one in result["models"][names[0]]["caveats"]][:2] == [
        "few-pictures",
        "small-classes",
    ]
    [difference] = result["differences"]
    assert (difference["first"], difference["second"], difference["better"]) == (*names, None)
    assert difference["low"] < difference["difference"] == 0 < difference["high"]
    assert difference["mcnemar_mid_p"] == 1
    assert difference["sentence"].startswith(f"{names[1]} and {names[0]} are equally accurate")
    page = server.client.get(f"{COMPARISONS}/{job['id']}/report")
    assert names[0] in page.text
    assert page.headers["content-security-policy"].startswith("sandbox ")


def test_what_cannot_be_compared_is_refused_at_once(server: Running, keys: list[str], tmp_path: Path) -> None:
    def words(models: list[str], data: str = "cifar10") -> tuple[int, str]:
        answer = server.client.post(COMPARISONS, json={"models": models, "data": data})
        return answer.status_code, answer.json()["detail"]

    assert words([keys[0], keys[0]]) == (400, "A comparison needs two models or more (1).")
    assert words([keys[0], "0" * 64])[0] == 404
    status, told = words(keys, "pictures")
    assert (status, told) == (
        422,
        "The data 'pictures' are not there. "
        "Name cifar10, or the whole path of a folder or manifest on the server.",
    )
    names = tuple(ClassName(label) for label in "abcdefghij")
    other = tiny.variant(tmp_path / "other.onnx", name="other", classes=names)
    key = server.service.app.model_switch.add(other, name="other", by=0).hash
    status, told = words([keys[0], key], str(tmp_path))
    assert status == 422
    assert told.startswith("twin and other know different classes, so they cannot be compared")
