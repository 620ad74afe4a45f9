"""Authentication and encryption of OPC UA connections, of servers and clients. Knows no nodes."""

import hmac
import logging
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asyncua import Client, Server, ua
from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tenfold.errors import LineError
from tenfold.files import write_whole

APPLICATION = "urn:tenfold:line"
_DAYS = 3650

# The library logs errors of the peer; a client's caller gets a LineError, a server's peer a status code.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Security:
    """How a connection is secured. Without a certificate it is open.

    Attributes:
        certificate: file of this side's certificate, PEM or DER; with it messages are signed and encrypted
            (Basic256Sha256). Where neither it nor its key exists, both are made, self-signed.
        key: file of the certificate's private key, PEM.
        trusted: folder of certificates that the other side may have, or that have signed its; empty: any.
        user: name that the other side has to give, or is given; empty: none.
        password: of `user`; needs a certificate, so that it does not travel in the open.
    """

    certificate: str = ""
    key: str = ""
    trusted: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if bool(self.certificate) != bool(self.key):
            raise _refused(
                "has a certificate without a key, or a key without a certificate", "Name both files."
            )
        if (self.user or self.trusted) and not self.certificate:
            raise _refused(
                "is not encrypted, but asks for a user or for trusted certificates",
                "Name a certificate and a key; they are made where there are none.",
            )


class _Users:
    """One user with a password; without one, every client whose certificate was accepted, or any client."""

    def __init__(self, security: Security) -> None:
        self._security = security

    def get_user(
        self,
        iserver: Any,
        username: str | None = None,
        password: str | bytes | None = None,
        certificate: Any = None,
    ) -> User | None:
        wanted = self._security
        if wanted.user:
            given = password.encode() if isinstance(password, str) else password or b""
            right = hmac.compare_digest(given, wanted.password.encode())
            if not (hmac.compare_digest((username or "").encode(), wanted.user.encode()) and right):
                return None
        # Never an administrator: these may write read-only nodes.
        return User(role=UserRole.User, name=username)


async def new_server(host: str, port: int, security: Security) -> Server:
    """A server that does not listen yet. Raises LineError where files cannot be used."""
    server = Server(user_manager=_Users(security))
    await server.init()
    server.set_endpoint(f"opc.tcp://{host}:{port}/")
    if not security.certificate:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        return server
    make_certificate(security)
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    server.set_identity_tokens([ua.UserNameIdentityToken if security.user else ua.AnonymousIdentityToken])
    try:
        await server.load_certificate(security.certificate)
        await server.load_private_key(security.key)
        if security.trusted:
            server.set_certificate_validator(
                await _validator(security, CertificateValidatorOptions.PEER_CLIENT)
            )
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    return server


async def secure_client(client: Client, security: Security) -> None:
    """Set a client up before it connects; asks the server for its certificate.

    Raises:
        LineError: files cannot be used.
        OSError, ua.UaError: the server does not answer, or has no encrypted endpoint.
    """
    client.application_uri = APPLICATION
    if not security.certificate:
        return
    make_certificate(security)
    if security.user:
        client.set_user(security.user)
        client.set_password(security.password)
    try:
        if security.trusted:
            client.certificate_validator = await _validator(security, CertificateValidatorOptions.PEER_SERVER)
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    await client.set_security(SecurityPolicyBasic256Sha256, Path(security.certificate), Path(security.key))


async def _validator(security: Security, peer: CertificateValidatorOptions) -> CertificateValidator:
    store = TrustStore([Path(security.trusted)], [])
    await store.load()
    wanted = CertificateValidatorOptions.TIME_RANGE | CertificateValidatorOptions.TRUSTED
    return CertificateValidator(wanted | peer, store)


def make_certificate(security: Security) -> None:
    """Make certificate and key, self-signed, where neither exists. Raises LineError."""
    certificate, key = Path(security.certificate), Path(security.key)
    if certificate.exists() or key.exists():
        return
    made = generate_private_key()
    host = socket.gethostname()
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(APPLICATION), x509.DNSName(host)]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    signed = generate_self_signed_app_certificate(made, f"tenfold@{host}", {}, names, uses, days=_DAYS)
    try:
        key.parent.mkdir(exist_ok=True)
        # The key must never be readable for others, not even for a moment; of two programs one makes both.
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(dump_private_key_as_pem(made))
        encoding = Encoding.PEM if certificate.suffix == ".pem" else Encoding.DER
        write_whole(certificate, signed.public_bytes(encoding))
    except OSError as error:
        raise _unreadable(error) from error


def _refused(what: str, cure: str) -> LineError:
    return LineError("The OPC UA connection", what, cure=cure, reason="connection-security")


def _unreadable(error: Exception) -> LineError:
    return LineError(
        "The certificate or key of OPC UA",
        "cannot be used",
        received=str(error),
        cure="Name a certificate (PEM or DER) and its private key (PEM), and check that they can be read.",
        reason="certificate",
    )
