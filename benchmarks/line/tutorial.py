"""How long the tutorial of the line takes a machine: every command of docs/tutorial/line.md, in a new folder.

    python -m benchmarks.line.tutorial FOLDER

FOLDER must not be there. Step 1 is `make run` until the page answers, and the installation of the extra; the
others are run as they are written, one after the other. What a person takes to read is reckoned from the
page's words, and not measured.
"""

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.record import ROOT, machine

PAGE = ROOT / "docs" / "tutorial" / "line.md"
PORT, WORDS_A_MINUTE = 18_733, 200
ADDRESS = f"http://127.0.0.1:{PORT}"


def run(command: str, folder: Path) -> float:
    """Seconds that a command takes in a shell where the environment is active."""
    began = time.monotonic()
    active = f"source .venv/bin/activate; {command}"
    done = subprocess.run(["bash", "-c", active], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"`{command}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.monotonic() - began


def until_the_page_answers(folder: Path) -> float:
    """Seconds of `make run` until its page is there; it is ended then."""
    began = time.monotonic()
    serving = subprocess.Popen(
        ["make", "run", f"ARGS=--port {PORT}"], cwd=folder, stdout=subprocess.DEVNULL, start_new_session=True
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        while True:
            if serving.poll() is not None:
                sys.exit(f"`make run` ended with {serving.returncode}")
            try:
                with opener.open(ADDRESS, timeout=5):
                    return time.monotonic() - began
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.2)
    finally:
        subprocess.run(["kill", "--", f"-{serving.pid}"], check=False)
        serving.wait(60)


def main() -> int:
    folder = Path(sys.argv[1])
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    text = PAGE.read_text(encoding="utf-8")
    took = {"make run, until the page answers": until_the_page_answers(folder)}
    [install] = re.findall(r"^pip install .*$", text, re.MULTILINE)
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    written = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    for command in (install, *written):
        took[command] = run(command, folder)
        print(f"{took[command]:7.1f} s  {command}", flush=True)
    first = sum(list(took.values())[:2])
    words = len(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL).split())
    print(f"install {first:.0f} s, the other {len(written)} commands {sum(took.values()) - first:.0f} s")
    print(f"{words} words: {words / WORDS_A_MINUTE:.0f} minutes at {WORDS_A_MINUTE} a minute (reckoned)")
    print(machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
