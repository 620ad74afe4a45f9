"""Asks a running tenfold what is in a picture; the standard library is enough for that.

python examples/ask_server.py PICTURE [ADDRESS]
"""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path


def main() -> None:
    picture = Path(sys.argv[1]).read_bytes()
    address = sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:8000"
    request = urllib.request.Request(
        f"{address}/api/v1/classify", data=picture, headers={"Content-Type": "application/octet-stream"}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            prediction = json.load(answer)["results"][0]["prediction"]
    except urllib.error.HTTPError as error:
        # Every error is problem details; its "detail" is a sentence for people.
        raise SystemExit(json.load(error)["detail"]) from error
    for label, chance in sorted(prediction["probabilities"].items(), key=lambda item: -item[1])[:3]:
        print(f"{label:12} {chance:6.1%}")
    if not prediction["known"]:
        print("It is probably none of these.")


if __name__ == "__main__":
    main()
