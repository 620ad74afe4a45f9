"""A Chromium that runs a folder of web pages and is asked about picture files, one after another.

The folder is served from this process, without the headers that allow threads, as from any web server; a page
beside it fetches one picture after another, and sends back what the folder's `classifier.js` says. Knows
nothing of models.
"""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tenfold.errors import ExportError, MissingExtra

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_FLAGS = (
    "--headless=new", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-sync", "--disable-background-networking", "--disable-component-update", "--disable-gpu",
    "--disable-dev-shm-usage",
)  # fmt: skip
# Seconds for the model to be loaded, or for a picture; a loaded machine is no failure.
_PATIENCE = 180.0
_WAIT = 1.0
_PAGE = b"""<!doctype html>
<script type="module">
  import { open } from "./classifier.js";
  const send = (what) => fetch("/_said", { method: "POST", body: JSON.stringify(what) });
  try {
    const classifier = await open();
    await send({ ready: true });
    for (;;) {
      const asked = await fetch("/_asked");
      if (asked.status === 204) continue;
      const picture = await asked.blob();
      const started = performance.now();
      try {
        const prediction = await classifier.classify(picture);
        await send({ prediction, milliseconds: performance.now() - started });
      } catch (error) {
        await send({ refused: String(error) });
      }
    }
  } catch (error) {
    await send({ failed: String(error) }).catch(() => undefined);
    window.close();
  }
</script>
"""


def find_browser() -> str:
    """The program of a Chromium, Chrome or Edge; CHROME_PATH goes before. Raises MissingExtra."""
    named = os.environ.get("CHROME_PATH", "")
    found: list[str | None] = [named] if named else [*map(shutil.which, _NAMES), *_PLACES]
    for path in found:
        if path and Path(path).is_file():
            return path
    raise MissingExtra(
        "The export for the web",
        "is tried in a browser, which was not found",
        received=f"CHROME_PATH is {named}" if named else "there is no Chromium, Chrome or Edge",
        cure="Install Chromium or Chrome, or name its program in the variable CHROME_PATH.",
    )


def browser_version() -> str:
    """What the browser says of itself; "" where it says nothing. Raises MissingExtra."""
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run([find_browser(), "--version"], capture_output=True, timeout=30, check=True)
        return said.stdout.decode("utf-8", "replace").strip()
    return ""


class BrowserPage:
    """The `classifier.js` of a folder, running in a browser.

    Args:
        folder: with all that it loads.

    Raises:
        ExportError: the browser does not start, or the model not in it.
        MissingExtra: there is no browser.
    """

    def __init__(self, folder: Path) -> None:
        program = find_browser()
        self._asked: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        handler = partial(_Handler, asked=self._asked, said=self._said, directory=str(folder))
        self._server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._profile = TemporaryDirectory(prefix="tenfold-browser-", ignore_cleanup_errors=True)
        root = ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []
        self._browser = subprocess.Popen(
            [
                *(program, *_FLAGS, *root, f"--user-data-dir={self._profile.name}"),
                f"http://127.0.0.1:{self._server.server_port}/_page",
            ],
            env={**os.environ, "TMPDIR": self._profile.name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._answer("the model")
        except ExportError:
            self.close()
            raise

    def ask(self, picture: Path) -> tuple[dict[str, Any], float]:
        """The prediction for a picture's file, and the milliseconds that it took. Raises ExportError."""
        self._asked.put(picture)
        answer = self._answer(str(picture))
        return answer["prediction"], float(answer["milliseconds"])

    def close(self) -> None:
        """End the browser and the server."""
        self._browser.terminate()
        try:
            self._browser.wait(5)
        except subprocess.TimeoutExpired:
            self._browser.kill()
            self._browser.wait()
        self._server.shutdown()
        self._server.server_close()
        self._profile.cleanup()

    def _answer(self, subject: str) -> dict[str, Any]:
        waited = 0.0
        while waited < _PATIENCE:
            try:
                answer = self._said.get(timeout=_WAIT)
            except queue.Empty:
                waited += _WAIT
                if self._browser.poll() is not None:
                    raise _failed(f"it ended with status {self._browser.returncode}") from None
                continue
            if "refused" in answer:
                raise ExportError(
                    f"The picture {subject}",
                    "cannot be read by the browser",
                    received=answer["refused"],
                    cure="Save it as a JPEG or PNG, or name other pictures with --data.",
                )
            if "failed" in answer:
                raise _failed(answer["failed"])
            return answer
        raise _failed(f"no answer for {subject} in {_PATIENCE:.0f} seconds")


def _failed(received: str) -> ExportError:
    return ExportError(
        "The model in the browser",
        "failed",
        received=received,
        cure="Update the browser, or name another in the variable CHROME_PATH.",
        reason="export-unsupported",
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes leaves connections behind."""


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder, the page that asks, and what it asks for."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits for an acknowledgement
    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript", ".wasm": "application/wasm"
    }  # fmt: skip

    def __init__(
        self,
        *arguments: Any,
        asked: "queue.SimpleQueue[Path]",
        said: "queue.SimpleQueue[dict[str, Any]]",
        directory: str,
    ) -> None:
        self._asked, self._said = asked, said
        super().__init__(*arguments, directory=directory)

    def do_GET(self) -> None:
        if self.path == "/_page":
            return self._send(200, _PAGE, "text/html")
        if self.path != "/_asked":
            return super().do_GET()
        try:
            picture = self._asked.get(timeout=_WAIT)
        except queue.Empty:
            return self._send(204)
        self._send(200, picture.read_bytes(), "application/octet-stream")

    def do_POST(self) -> None:
        self._said.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._send(204)

    def log_message(self, *arguments: Any) -> None:
        pass

    def _send(self, status: int, body: bytes = b"", kind: str = "") -> None:
        self.send_response(status)
        self.send_header("Cache-Control", "no-store")
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
