"""/v2 with the clients of Triton and KServe as they are published."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from tests.fakes import BLUE, GREEN, LABELS, RED, picture
from tests.web.conftest import Running, Serve
from tests.web.signed_in import staff

CLASSIFY = "/api/v1/classify"


@pytest.fixture(scope="module")
def client(running: Running) -> Iterator[triton.InferenceServerClient]:
    with triton.InferenceServerClient(f"127.0.0.1:{running.port}") as made:
        yield made


def coloured(*colours: tuple[int, int, int]) -> np.ndarray[Any, Any]:
    return np.stack([np.full((32, 32, 3), one, np.uint8) for one in colours])


def test_triton_s_client_finds_the_live_model(running: Running, client: triton.InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    version = running.service.classifier.sha256[:12]
    for model in ("colours", "live"):
        assert client.is_model_ready(model)
        assert client.is_model_ready(model, version)
        found = client.get_model_metadata(model)
        assert (found["name"], found["versions"]) == ("colours", [version])
        assert found["inputs"] == [{"name": "image", "datatype": "UINT8", "shape": [-1, 32, 32, 3]}]
    assert not client.is_model_ready("other")
    assert not client.is_model_ready("colours", "0" * 12)


@pytest.mark.parametrize("binary", [True, False])
def test_triton_s_client_sends_pixels(client: triton.InferenceServerClient, binary: bool) -> None:
    sent = triton.InferInput("image", [3, 32, 32, 3], "UINT8")
    sent.set_data_from_numpy(coloured(RED, GREEN, BLUE), binary_data=binary)
    found = client.infer("colours", [sent], request_id="mine")
    assert [one.decode() if isinstance(one, bytes) else one for one in found.as_numpy("label")] == list(
        LABELS
    )
    assert found.as_numpy("probabilities").shape == (3, 3)
    assert found.as_numpy("known").tolist() == [True] * 3
    assert found.get_response()["id"] == "mine"
    named = [triton.InferRequestedOutput("novelty", binary_data=not binary)]
    assert client.infer("live", [sent], outputs=named).as_numpy("novelty").shape == (3,)


def test_whole_files_give_what_classify_gives(running: Running, client: triton.InferenceServerClient) -> None:
    files = [picture(GREEN, size=(90, 50)), picture(BLUE, size=(40, 200), kind="JPEG")]
    sent = triton.InferInput("image", [2], "BYTES")
    sent.set_data_from_numpy(np.array(files, dtype=object))
    found = client.infer("colours", [sent]).as_numpy("probabilities")
    for file, probabilities in zip(files, found, strict=True):
        (answer,) = running.client.post(CLASSIFY, content=file).json()["results"]
        expected = list(answer["prediction"]["probabilities"].values())
        assert probabilities.tolist() == pytest.approx(expected, abs=1e-6)


def test_the_client_shows_what_is_wrong(client: triton.InferenceServerClient) -> None:
    sent = triton.InferInput("image", [2], "BYTES")
    sent.set_data_from_numpy(np.array([picture(RED), b"no picture"], dtype=object))
    with pytest.raises(InferenceServerException, match=r"image\[1\] is not a picture"):
        client.infer("colours", [sent])
    wrong = triton.InferInput("image", [1, 3, 32, 32], "UINT8")
    wrong.set_data_from_numpy(coloured(RED).transpose(0, 3, 1, 2))
    with pytest.raises(InferenceServerException, match="another shape or datatype"):
        client.infer("colours", [wrong])
    with pytest.raises(InferenceServerException, match="does not answer here"):
        client.get_model_metadata("other")


def test_limits_hold_before_a_body_is_read(serve: Serve) -> None:
    small = serve(max_requests=1, max_picture_bytes=100_000)
    address = "/v2/models/live/infer"
    with small.service.concurrency.reservation(("somebody",)) as slot:
        slot.reserve(1)
        refused = small.client.post(address, content=b"x" * 10)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json()["error"] == refused.json()["detail"]
    large = small.client.post(address, content=bytes(1_600_000))
    assert large.status_code == 413
    compressed = small.client.post(address, headers={"Content-Encoding": "gzip"}, content=b"x")
    assert compressed.status_code == 400
    assert small.service.memory.used == small.service.concurrency.used == 0


def test_who_has_not_signed_in_is_refused_but_told_of_health(serve: Serve) -> None:
    with staff(serve) as staffed:
        for path in ("/v2/health/live", "/v2/health/ready"):
            assert staffed.stranger.get(path).status_code == 200
        for path in ("/v2", "/v2/models/live", "/v2/models/live/ready"):
            refused = staffed.stranger.get(path)
            assert refused.status_code == 401
            assert "asks who you are" in refused.json()["error"]
        assert staffed.stranger.post("/v2/models/live/infer").status_code == 401
        token = staffed.token("vic", "viewer")
        headers = {"Authorization": f"Bearer {token}"}
        with triton.InferenceServerClient(f"127.0.0.1:{staffed.running.port}") as client:
            assert client.is_model_ready("live", headers=headers)


_KSERVE = """
import asyncio, json, sys
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

async def main(base, file):
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    live, ready = await client.is_server_live(base), await client.is_server_ready(base)
    model = await client.is_model_ready(base, "live")
    pixels = InferInput("image", [1, 32, 32, 3], "UINT8")
    pixels.set_data_from_numpy(np.full((1, 32, 32, 3), (0, 0, 255), np.uint8), binary_data=True)
    listed = InferInput("image", [1, 32, 32, 3], "UINT8")
    listed.set_data_from_numpy(np.full((1, 32, 32, 3), (255, 0, 0), np.uint8), binary_data=False)
    whole = InferInput("image", [1], "BYTES")
    whole.set_data_from_numpy(np.array([open(file, "rb").read()], dtype=object), binary_data=True)
    labels = []
    for one in (pixels, listed, whole):
        found = await client.infer(base, InferRequest("live", [one]), model_name="live")
        labels += [output.data[0] for output in found.outputs if output.name == "label"]
    try:
        await client.infer(base, InferRequest("other", [whole]), model_name="other")
        error = ""
    except Exception as reason:
        error = str(reason)
    print(json.dumps([live, ready, model, [getattr(one, "decode", lambda: one)() for one in labels], error]))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.slow
def test_kserve_s_client_gets_answers(running: Running, tmp_path: Path) -> None:
    """kserve needs 450 MB and other versions than ours, so it has an environment of its own."""
    python = os.environ.get("TENFOLD_KSERVE_PYTHON", "")
    if not python:
        pytest.skip("needs kserve: `make .venv-kserve/.ready`, and its python in TENFOLD_KSERVE_PYTHON")
    file = tmp_path / "green.png"
    file.write_bytes(picture(GREEN, size=(50, 50)))
    done = subprocess.run(
        [python, "-c", _KSERVE, running.address, str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    live, ready, model, labels, error = json.loads(done.stdout.splitlines()[-1])
    assert live
    assert ready
    assert model
    assert labels == ["blue", "red", "green"]
    assert "does not answer here" in error
