"""One server, many clients; and the bundled model behind it."""

import asyncio

import httpx
import pytest

from tenfold.inference import Classifier
from tests.fakes import BLUE, GREEN, LABELS, RED, FakeClassifier, picture
from tests.web.conftest import Serve

URL = "/api/v1/classify"


@pytest.mark.slow
def test_sixty_four_clients_at_once_each_get_their_own_answer(serve: Serve) -> None:
    classifier = FakeClassifier(seconds=0.02)
    busy = serve(classifier)

    async def client(number: int) -> list[str]:
        content = picture((RED, GREEN, BLUE)[number % 3], size=(16, 16))
        async with httpx.AsyncClient(base_url=busy.address, timeout=60, trust_env=False) as one:
            answers = [(await one.post(URL, content=content)).json() for _ in range(3)]
        return [answer["results"][0]["prediction"]["label"] for answer in answers]

    async def all_of_them() -> list[list[str]]:
        return await asyncio.gather(*(client(number) for number in range(64)))

    for number, labels in enumerate(asyncio.run(all_of_them())):
        assert labels == [LABELS[number % 3]] * 3
    assert sum(classifier.batches) == 192
    assert max(classifier.batches) > 4  # they ran together
    assert max(classifier.batches) <= busy.service.settings.batch_size


@pytest.mark.slow
def test_a_request_with_many_pictures_does_not_stop_the_others(serve: Serve) -> None:
    busy = serve(FakeClassifier(seconds=0.02), batch_size=2)
    content = picture(RED, size=(16, 16))

    async def scenario() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        async with httpx.AsyncClient(base_url=busy.address, timeout=60, trust_env=False) as one:
            files = [("files", (f"{i}.png", content)) for i in range(100)]
            start = loop.time()
            large = asyncio.create_task(one.post(URL, files=files))
            await asyncio.sleep(0.2)
            asked = loop.time()
            assert (await one.post(URL, content=content)).status_code == 200
            small = loop.time() - asked
            assert (await large).status_code == 200
            return small, loop.time() - start

    small, large = asyncio.run(scenario())
    assert small < large / 2


@pytest.mark.parametrize("form", [True, False])
def test_the_api_says_what_the_library_says(serve: Serve, form: bool) -> None:
    """Through the model that comes with tenfold."""
    bundled = Classifier()
    content = picture((90, 140, 200), size=(400, 300), kind="JPEG")
    expected = bundled.classify(content).to_dict(evidence=True)
    client = serve(bundled).client
    body = {"files": {"files": ("sky.jpg", content)}} if form else {"content": content}
    result = client.post(f"{URL}?evidence=true", **body).json()["results"][0]
    assert (result["width"], result["height"]) == (400, 300)
    found = result["prediction"]
    assert (found["label"], found["known"]) == (expected["label"], expected["known"])
    assert found["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)
    assert found["evidence"].keys() == expected["evidence"].keys()
