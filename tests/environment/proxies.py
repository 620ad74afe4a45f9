"""Real proxies, as docs/how-to/reverse-proxy.md has them: nginx, Caddy and Traefik."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.paths import ROOT

DOCUMENT = ROOT / "docs/how-to/reverse-proxy.md"
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
CADDY = shutil.which("caddy")
TRAEFIK = os.environ.get("TENFOLD_TRAEFIK") or shutil.which("traefik")
BACKEND = "127.0.0.1:8000"
SECONDS = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _documented(kind: str, begins: str) -> str:
    """The one example of this kind that begins so, to its end."""
    found = re.findall(rf"```{kind}\n({re.escape(begins)}.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert len(found) == 1, f"{len(found)} examples begin with {begins!r}"
    return str(found[0])


def _written(text: str, *changes: tuple[str, str]) -> str:
    """The text with each of these in the place of what must stand in it."""
    for there, ours in changes:
        assert there in text, there
        text = text.replace(there, ours)
    return text


def _certificate(folder: Path) -> tuple[str, str]:
    """A certificate and its key, for localhost."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*new, *names, *files], check=True, capture_output=True)
    return str(certificate), str(key)


def _answers(address: str) -> bool:
    """Whether it hands requests on. Traefik listens, and answers 404, before it has read its routes."""
    with httpx.Client(verify=False, trust_env=False, timeout=SECONDS) as client:
        try:
            return client.get(address).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def _running(folder: Path, words: Sequence[str], port: int, prefix: str) -> Iterator[str]:
    """The program, from when it hands requests on; its address."""
    log, address = folder / "log", f"https://localhost:{port}"
    with log.open("w") as out, subprocess.Popen(words, stdout=out, stderr=out) as process:
        try:
            ends = time.monotonic() + SECONDS
            while not _answers(f"{address}{prefix}/healthz"):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < ends, log.read_text()
                time.sleep(0.05)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def nginx(folder: Path, backend: int, prefix: str, *, strip: bool = False) -> Iterator[str]:
    """nginx by the documented example; gives its address. strip: it takes the prefix off."""
    if NGINX is None:
        pytest.skip("needs nginx: apt-get install nginx")
    certificate, key = _certificate(folder)
    port = free_port()
    server = _written(
        _documented("nginx", "map "),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("pictures.example.org", "localhost"),
        ("/etc/ssl/pictures.pem", certificate),
        ("/etc/ssl/pictures.key", key),
        ("location / {", f"location {prefix}/ {{"),
        (f"proxy_pass http://{BACKEND};", f"proxy_pass http://127.0.0.1:{backend}{'/' if strip else ''};"),
    )
    temporary = "".join(
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; user root; pid {folder / 'pid'}; error_log {folder / 'error.log'};\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{server}\n}}\n"
    )
    words = [NGINX, "-e", str(folder / "error.log"), "-c", str(configuration)]
    with _running(folder, words, port, prefix) as address:
        yield address


@contextmanager
def caddy(folder: Path, backend: int, prefix: str) -> Iterator[str]:
    """Caddy by a documented example, with a certificate of its own; gives its address."""
    if CADDY is None:
        pytest.skip("needs Caddy: apt-get install caddy")
    certificate, key = _certificate(folder)
    port = free_port()
    begins = "example.org {\n" if prefix else "pictures.example.org {\n"
    site = _written(
        _documented("text", begins),
        (BACKEND, f"127.0.0.1:{backend}"),
        (begins, f"localhost:{port} {{\n    tls {certificate} {key}\n"),
        *([("/pictures/", f"{prefix}/")] if prefix else []),
    )
    kept = f"admin off\n    auto_https disable_redirects\n    storage file_system {folder}"
    configuration = folder / "Caddyfile"
    configuration.write_text(f"{{\n    {kept}\n}}\n{site}\n")
    with _running(folder, [CADDY, "run", "--config", str(configuration)], port, prefix) as address:
        yield address


@contextmanager
def traefik(folder: Path, backend: int, prefix: str) -> Iterator[str]:
    """Traefik by the documented files, static and dynamic; gives its address."""
    if TRAEFIK is None:
        pytest.skip("needs Traefik: `make .venv-traefik/.ready`, and its program in TENFOLD_TRAEFIK")
    certificate, key = _certificate(folder)
    port, static, dynamic = free_port(), folder / "traefik.yml", folder / "tenfold.yml"
    static.write_text(
        _written(
            _documented("yaml", "entryPoints:"),
            ('":443"', f'"127.0.0.1:{port}"'),
            ("/etc/traefik/tenfold.yml", str(dynamic)),
        )
        # No test asks the network whether there is a newer Traefik.
        + "global: { checkNewVersion: false, sendAnonymousUsage: false }\n"
    )
    routing = _documented("yaml", "http:")
    rule = "Host(`pictures.example.org`)"
    if prefix:
        (under,) = re.findall(r"``(Host\(`example\.org`\) && [^\n]*?)``", DOCUMENT.read_text("utf-8"))
        under = _written(under, ("/pictures/", f"{prefix}/"))
        routing, rule = _written(routing, (rule, under)), under
    dynamic.write_text(
        _written(
            routing,
            (rule, re.sub(r"Host\(`[^`]*`\)", "Host(`localhost`)", rule)),
            (BACKEND, f"127.0.0.1:{backend}"),
            ("/etc/ssl/pictures.pem", certificate),
            ("/etc/ssl/pictures.key", key),
        )
    )
    words = [TRAEFIK, f"--configFile={static}"]
    with _running(folder, words, port, prefix) as address:
        yield address


Proxy = Callable[[Path, int, str], AbstractContextManager[str]]
PROXIES: dict[str, Proxy] = {
    "nginx": nginx,
    "nginx that takes the prefix off": partial(nginx, strip=True),
    "Caddy": caddy,
    "Traefik": traefik,
}
