"""The settings of webhooks and brokers, checked; and which addresses of the network may be called."""

import base64
import binascii
import ipaddress
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tenfold.errors import OutboxError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# This machine and private networks (RFC 1918, RFC 4193).
_LOCAL = tuple(
    ipaddress.ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)
# Amazon's metadata.
_NEVER = (ipaddress.ip_address("fd00:ec2::254"),)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

SECRET_PREFIX = "whsec_"
_SHORTEST_KEY = 16
_TOPIC = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


def webhook(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings: url, secret (made where it is empty), local (the receiver may be in the local network).

    Raises OutboxError; no message repeats the URL or the secret.
    """
    url, secret = str(settings.get("url") or "").strip(), str(settings.get("secret") or "").strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise OutboxError(
            "The address of the webhook",
            "is no URL",
            cure="Write it as https://host/path or http://host/path.",
            reason="webhook-address",
        )
    secret = secret or SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
    if len(signing_key(secret)) < _SHORTEST_KEY:
        raise OutboxError(
            "The secret of the webhook",
            "is too short",
            cure=f"Give {_SHORTEST_KEY} letters or more, or leave it out.",
            reason="webhook-secret",
            params={"least": _SHORTEST_KEY},
        )
    return {"url": url, "secret": secret, "local": bool(settings.get("local"))}


def mqtt(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings: host, port, tls, user, password, prefix, discovery (may be ""). Raises OutboxError."""
    host = str(settings.get("host") or "").strip()
    if not re.fullmatch(r"[\w.:-]+", host):
        raise OutboxError(
            "The broker",
            "has no host that can be used",
            cure="Give a name or an address.",
            reason="broker-host",
        )
    tls = bool(settings.get("tls"))
    port = settings.get("port") or (8883 if tls else 1883)
    if not 0 < port < 2**16:
        raise OutboxError(
            "The broker's port",
            "cannot be used",
            received=str(port),
            cure="Give 1 to 65535.",
            reason="broker-port",
        )
    prefix = str(settings.get("prefix") or "tenfold").strip("/")
    discovery = settings.get("discovery")
    discovery = "homeassistant" if discovery is None else str(discovery).strip("/")
    for topic in filter(None, (prefix, discovery)):
        if not _TOPIC.fullmatch(topic) or len(topic) > 100:
            raise OutboxError(
                "The topic",
                "cannot be used",
                cure="Letters, digits, - and _, separated by /.",
                reason="topic",
            )
    return {
        "host": host, "port": port, "tls": tls, "user": str(settings.get("user") or ""),
        "password": str(settings.get("password") or ""), "prefix": prefix, "discovery": discovery,
    }  # fmt: skip


def host_of(url: str) -> str:
    """A URL's scheme, host and port: the rest may hold a user, a password or a key."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def signing_key(secret: str) -> bytes:
    """The bytes that sign: those that `whsec_` and base64 say, or the letters as they are."""
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def may_be_called(address: IpAddress, *, local: bool) -> bool:
    """Whether a webhook may be sent to an address.

    Public ones: always. This machine and private networks: where the destination says so (`local`). Never:
    link-local addresses, where clouds answer with passwords, and those that are no single machine's.
    """
    inner = _inner(address)
    if inner is not None:
        return may_be_called(inner, local=local)
    if any(address in network for network in _LOCAL):
        return local and address not in _NEVER
    return address.is_global and not address.is_multicast


def _inner(address: IpAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
