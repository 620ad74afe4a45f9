"""A real nginx, as docs/how-to/reverse-proxy.md has it."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.paths import ROOT

DOCUMENT = ROOT / "docs/how-to/reverse-proxy.md"
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def documented() -> str:
    """The example for nginx."""
    found = re.search(r"```nginx\n(map .*?\n\})\n```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def nginx(folder: Path, backend: int, prefix: str, *, strip: bool) -> Iterator[str]:
    """nginx by the documented example; gives its address."""
    assert NGINX is not None
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*new, *files], check=True, capture_output=True)
    port = free_port()
    server = documented()
    for written, ours in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("pictures.example.org", "localhost"),
        ("/etc/ssl/pictures.pem", str(certificate)),
        ("/etc/ssl/pictures.key", str(key)),
        ("location / {", f"location {prefix}/ {{"),
        (
            "proxy_pass http://127.0.0.1:8000;",
            f"proxy_pass http://127.0.0.1:{backend}{'/' if strip else ''};",
        ),
    ):
        assert written in server, written
        server = server.replace(written, ours)
    temporary = "".join(
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; user root; pid {folder / 'pid'}; error_log {folder / 'error.log'};\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{server}\n}}\n"
    )
    with subprocess.Popen([NGINX, "-e", str(folder / "error.log"), "-c", str(configuration)]) as running:
        try:
            for _ in range(200):
                with socket.socket() as trying:
                    if trying.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"https://localhost:{port}"
        finally:
            running.terminate()
            running.wait(timeout=20)
