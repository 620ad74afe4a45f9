"""LitServe around a `Classifier`: the other side of peers.py, for an interpreter that has LitServe.

python -m benchmarks.serving.litserve_peer PORT PROCESSES BATCH THREADS
"""

import sys
from typing import Any

import litserve  # type: ignore[import-not-found]
from fastapi import Request

from tenfold.inference import Classifier
from tenfold.predictions import Prediction


class Api(litserve.LitAPI):  # type: ignore[misc]
    """A picture's bytes in the form's field "content"; answers as `tenfold classify --json` does."""

    threads = 1

    def setup(self, device: str) -> None:
        self.classifier = Classifier(threads=self.threads)

    def decode_request(self, request: Request) -> bytes:
        content: bytes = request["content"].file.read()  # it comes as the form that was sent
        return content

    def batch(self, inputs: list[bytes]) -> list[bytes]:
        return inputs

    def unbatch(self, output: list[Prediction]) -> list[Prediction]:
        return output

    def predict(self, x: bytes | list[bytes]) -> Prediction | list[Prediction]:
        some = x if isinstance(x, list) else [x]
        found = self.classifier.run([self.classifier.prepare(one) for one in some])
        return found if isinstance(x, list) else found[0]

    def encode_response(self, output: Prediction) -> dict[str, Any]:
        return output.to_dict(evidence=False)


def main(port: int, processes: int, batch: int, threads: int) -> None:
    api = Api(max_batch_size=batch, batch_timeout=0.002 if batch > 1 else 0.0)
    api.threads = threads
    server = litserve.LitServer(api, accelerator="cpu", devices=1, workers_per_device=processes)
    server.run(port=port, generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
