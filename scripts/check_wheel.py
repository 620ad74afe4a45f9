"""Installs a wheel into a bare environment, away from the source, and uses it there as a stranger would.

    python scripts/check_wheel.py dist/tenfold-*.whl

Fails where the wheel lacks the page or the model, the environment is too large or holds torch, or where
classifying or serving does not work with no Node and no source at hand. Needs the standard library only.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Of the installed environment; 400 until the phone's runtime, metrics and the samples for corrections came.
MOST_MEGABYTES = 420
MOST_WHEEL_MEGABYTES = 60
START_SECONDS = 60
DRAW = "from PIL import Image; Image.linear_gradient('L').convert('RGB').save('picture.png')"


def check_contents(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    models = sorted(path.stem for path in (ROOT / "src" / "tenfold" / "models").glob("*.onnx"))
    for needed in (
        "tenfold/web/static/index.html",
        *(f"tenfold/models/{name}{ending}" for name in models for ending in (".onnx", "-report.json")),
        "tenfold/py.typed",
    ):
        if needed not in sizes:
            raise SystemExit(f"{wheel.name} holds no {needed}.")
    if wheel.stat().st_size > MOST_WHEEL_MEGABYTES * 1e6:
        raise SystemExit(f"{wheel.name} has more than {MOST_WHEEL_MEGABYTES} MB.")
    strays = [name for name in sizes if "node_modules" in name or name.startswith(("tests/", "benchmarks/"))]
    if strays:
        raise SystemExit(f"{wheel.name} holds what does not belong there: {strays[:3]}.")


def install(wheel: Path, environment: Path) -> Path:
    """Install the wheel and the pinned core dependencies; returns the environment's bin folder."""
    subprocess.run([ROOT / "scripts" / "new-venv", sys.executable, environment], check=True)
    programs = environment / "bin"
    pip: list[str | Path] = [
        programs / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "-c",
        ROOT / "constraints.txt",
    ]
    subprocess.run([*pip, wheel], check=True)
    return programs


def check_size(environment: Path) -> float:
    megabytes = sum(f.lstat().st_blocks * 512 for f in environment.rglob("*")) / 1e6
    if megabytes > MOST_MEGABYTES:
        raise SystemExit(f"The installed environment takes {megabytes:.0f} MB, more than {MOST_MEGABYTES}.")
    if any(environment.glob("lib/*/site-packages/torch")):
        raise SystemExit("The installed environment holds torch, which nothing that serves may need.")
    return megabytes


def check_classify(programs: Path, place: Path, environ: dict[str, str]) -> str:
    subprocess.run([programs / "python", "-c", DRAW], check=True, cwd=place, env=environ)
    command: list[str | Path] = [programs / "tenfold", "classify", "--json", "picture.png"]
    done = subprocess.run(command, check=True, cwd=place, env=environ, stdout=subprocess.PIPE)
    (answer,) = json.loads(done.stdout)
    chances = answer["prediction"]["probabilities"]
    if len(chances) != 10 or abs(sum(chances.values()) - 1) > 1e-3:
        raise SystemExit(f"tenfold classify answered {answer}.")
    return str(answer["prediction"]["label"])


def check_extras(programs: Path, place: Path, environ: dict[str, str]) -> None:
    command: list[str | Path] = [programs / "tenfold", "camera", "test", "street.mp4"]
    done = subprocess.run(command, check=False, cwd=place, env=environ, stderr=subprocess.PIPE, text=True)
    if done.returncode != 1 or 'pip install "tenfold[cameras]"' not in done.stderr:
        raise SystemExit(f"Without the extra, tenfold camera test says {done.stderr!r}.")


def check_serve(programs: Path, place: Path, environ: dict[str, str], port: int, label: str) -> None:
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([programs / "tenfold", "serve", "--port", str(port)], cwd=place, env=environ)
    try:
        wait_until_ready(address, server)
        page = ask(address + "/")
        if b'<script type="module"' not in page:
            raise SystemExit(f"The server's page is not the built one: {page[:200]!r}.")
        answer = json.loads(ask(address + "/api/v1/classify", (place / "picture.png").read_bytes()))
        served = answer["results"][0]["prediction"]["label"]
        if served != label:
            raise SystemExit(f"The server says {served} where the command line says {label}.")
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and server.poll() is None:
        try:
            ask(address + "/readyz")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"The server was not ready within {START_SECONDS} s (exit status {server.poll()}).")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/octet-stream"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def main() -> None:
    wheel = Path(sys.argv[1]).resolve()
    check_contents(wheel)
    with tempfile.TemporaryDirectory(prefix="tenfold-wheel-") as folder:
        place = Path(folder)
        programs = install(wheel, place / "env")
        megabytes = check_size(place / "env")
        # Nothing of this machine is within reach but its standard programs; no Node, no source, no settings.
        environ = {"PATH": str(programs), "HOME": folder, "TENFOLD_HOME": str(place / "home")}
        label = check_classify(programs, place, environ)
        check_extras(programs, place, environ)
        check_serve(programs, place, environ, free_port(), label)
    size = wheel.stat().st_size / 1e6
    print(f"{wheel.name} ({size:.1f} MB) works by itself; its environment takes {megabytes:.0f} MB.")


if __name__ == "__main__":
    main()
