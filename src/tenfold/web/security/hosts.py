"""Reads the Host header of a request: which name or address it calls the server by. Knows no route."""

import ipaddress
import re
import socket

# RFC 3986: a name or an IPv4 address, or an IPv6 address in brackets, and perhaps a port.
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>[0-9]{0,5}))?")
_LAST_PORT = 65535


def host_of(header: str) -> str:
    """The name or address that a Host header holds, in small letters; empty for what is neither.

    Only a complete host is accepted: `[::1].evil.example` and `127.0.0.1:80@evil.example` are not.
    """
    found = _HOST.fullmatch(header)
    if found is None or int(found["port"] or 0) > _LAST_PORT:
        return ""
    if found["v6"] is None:
        return found["name"].lower()
    try:
        return str(ipaddress.IPv6Address(found["v6"]))
    except ValueError:
        return ""


def is_address(host: str) -> bool:
    """Whether a host is an address written as numbers, which nobody can make point elsewhere."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host`."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def allowed_hosts(bound: str, further: str = "") -> frozenset[str]:
    """The names under which a server bound to `bound` may be called; numbers are always allowed.

    Args:
        further: more names, separated by commas.
    """
    names = {"localhost", bound.lower()} | {name.strip().lower() for name in further.split(",")} - {""}
    if not is_loopback(bound):
        own = socket.gethostname().lower()
        names |= {own, f"{own}.local"}
    return frozenset(names)
