"""A broker that wants TLS, a certificate and a password: who is let in, and what is said where one is not."""

import base64
import hashlib
import ipaddress
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tenfold.errors import LineError
from tenfold.line.plc.mqtt_broker import Broker, login
from tenfold.line.plc.sparkplug import SparkplugOutput
from tenfold.mqtt import MqttConnection
from tests.outbox.receivers import Broker as Mosquitto
from tests.outbox.receivers import brokering
from tests.waiting import until

Signed = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def certificate(folder: Path, name: str, by: Signed | None) -> Signed:
    """Write a certificate and its key; signed by itself, as a CA, or by another."""
    key, who = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(by[0].subject if by else who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(by[1] if by else key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made, key


def password(user: str, secret: str) -> str:
    """A line of mosquitto's password file, as mosquitto_passwd writes it."""
    salt = b"0123456789ab"
    found = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, 101)
    return f"{user}:$7$101${base64.b64encode(salt).decode()}${base64.b64encode(found).decode()}\n"


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[Mosquitto, Broker]]:
    authority = certificate(tmp_path, "ca", None)
    certificate(tmp_path, "broker", authority)
    certificate(tmp_path, "station", authority)
    certificate(tmp_path, "stranger", None)
    (tmp_path / "passwords").write_text(password("line", "s3cret-word"))
    with brokering(tmp_path) as broker:
        broker.kill()
        settings = broker.settings.read_text().replace("allow_anonymous true", "allow_anonymous false")
        broker.settings.write_text(
            f"{settings}cafile {tmp_path}/ca.pem\n"
            f"certfile {tmp_path}/broker.pem\nkeyfile {tmp_path}/broker.key\n"
            f"require_certificate true\npassword_file {tmp_path}/passwords\n"
        )
        broker.start()
        yield (
            broker,
            Broker(
                "127.0.0.1", "plant", "station", broker.port, "line", "s3cret-word",
                ca=f"{tmp_path}/ca.pem",
                certificate=f"{tmp_path}/station.pem",
                key=f"{tmp_path}/station.key",
            ),
        )  # fmt: skip


# paho leaves a socket whose encryption failed to Python's memory management, which closes it with a warning.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
def test_who_has_certificate_and_password_is_let_in_and_others_are_told_why(
    secured: tuple[Mosquitto, Broker], tmp_path: Path
) -> None:
    _, right = secured
    heard: list[str] = []
    host = MqttConnection(login(right), ["spBv1.0/#"], lambda topic, *_: heard.append(topic))
    assert host.open() == ""
    output = SparkplugOutput(right)
    until(lambda: right.topic("NBIRTH") in heard)
    assert output.health().works
    output.close()
    host.close()
    for wrong in (
        replace(right, password="guess-word"),
        replace(right, certificate="", key=""),
        replace(right, ca=f"{tmp_path}/stranger.pem"),
        replace(right, ca="", certificate="", key=""),
    ):
        output = SparkplugOutput(wrong)
        until(lambda output=output: not output.health().works)  # type: ignore[misc]
        health = output.health()
        output.close()
        says = str(health.problem)
        assert health.problem is not None
        assert (health.problem.reason, health.problem.params) == (
            "broker-away",
            {"host": right.host, "port": str(right.port)},
        )
        assert "is not connected" in says
        for secret in ("s3cret-word", "guess-word"):
            assert secret not in says + repr(wrong)


def test_files_that_cannot_be_used_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    broker = Broker("127.0.0.1", "plant", "station")
    for wrong in (
        replace(broker, ca=str(tmp_path / "none.pem")),
        replace(broker, certificate=str(tmp_path / "no.pem")),
    ):
        with pytest.raises(LineError, match="cannot be reached encrypted"):
            login(wrong)
