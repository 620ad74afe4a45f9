"""Messages as HTTP requests, signed as Standard Webhooks says (www.standardwebhooks.com).

    POST; JSON: type, timestamp, and the message under data; a picture as base64 under data.picture
    webhook-id          the message's key: one that came twice has the same
    webhook-timestamp   seconds since 1970, of this attempt
    webhook-signature   v1, and the base64 of HMAC-SHA256 over "id.timestamp.body"

No redirect is followed, no proxy is used, and the address is checked after the name was looked up
(`addresses.may_be_called`). What the receiver answers is not read.
"""

import base64
import hmac
import ipaddress
import json
import socket
import time

import httpx

from tenfold.errors import DeliveryError
from tenfold.outbox.kinds.addresses import host_of, may_be_called, signing_key
from tenfold.outbox.message import Message
from tenfold.reasons import Reason

# A receiver whose network came back is found within these seconds and a pause.
_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_MOST_ADDRESSES = 4
# Statuses that say nothing against the message: it is sent again.
_AGAIN = frozenset({408, 425, 429})


class Webhook:
    """An open webhook; local: the receiver may be in the local network."""

    def __init__(self, name: str, url: str, secret: str, *, local: bool) -> None:
        self._subject, self._url, self._local = f"The webhook {name}", httpx.URL(url), local
        self._host, self._key = host_of(url), signing_key(secret)
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def send(self, message: Message) -> None:
        body = content(message)
        headers = {"content-type": "application/json", "user-agent": "tenfold", "host": self._host_header()}
        headers |= signed(message.key, body, self._key, int(time.time()))
        failure: Exception | None = None
        for address in self._addresses():
            url = self._url.copy_with(host=address)
            try:
                # Certificates are those of the name, not of the address.
                extensions = {"sni_hostname": self._url.host}
                with self._client.stream(
                    "POST", url, content=body, headers=headers, extensions=extensions
                ) as answer:
                    return self._answered(answer.status_code)
            except httpx.ConnectError as error:
                failure = error  # another address of the same name may answer
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._unreachable(error) from None
        raise self._unreachable(failure) from None

    def _host_header(self) -> str:
        return self._url.netloc.decode("ascii")

    def _addresses(self) -> list[str]:
        """The addresses of the host that may be called."""
        try:
            found = socket.getaddrinfo(self._url.host, self._url.port or 0, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise self._error("cannot be found", self._host, "no-host", again=True) from None
        addresses = dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found)
        allowed = [one for one in addresses if may_be_called(ipaddress.ip_address(one), local=self._local)]
        if not allowed:
            raise self._error(
                "is not called: its address is of this machine or its network, or no webhook's",
                ", ".join(addresses),
                "local-address",
                cure="Allow the local network for this destination if the receiver is there.",
            )
        return allowed[:_MOST_ADDRESSES]

    def _answered(self, status: int) -> None:
        if 200 <= status < 300:
            return
        received = f"{self._host} answered {status}"
        if 300 <= status < 400:
            raise self._error("leads elsewhere", received, "redirected", cure="Give the address it leads to.")
        raise self._error(
            "did not take the message", received, "refused-message", again=status >= 500 or status in _AGAIN
        )

    def _unreachable(self, error: Exception | None) -> DeliveryError:
        reason = "timeout" if isinstance(error, httpx.TimeoutException) else "unreachable"
        received = f"{self._host}: {type(error).__name__}"
        return self._error("does not answer", received, reason, again=True)  # type: ignore[arg-type]

    def _error(
        self, problem: str, received: str, reason: Reason, *, cure: str = "", again: bool = False
    ) -> DeliveryError:
        return DeliveryError(self._subject, problem, received=received, cure=cure, reason=reason, again=again)


def content(message: Message) -> bytes:
    """The body of a message."""
    fields = message.fields()
    if message.picture is not None:
        picture = base64.b64encode(message.picture).decode()
        fields["picture"] = {"media_type": "image/jpeg", "base64": picture}
    kind = str(message.data.get("type", "message"))
    return json.dumps({"type": kind, "timestamp": fields["at"], "data": fields}).encode()


def signed(key: str, body: bytes, secret: bytes, seconds: int) -> dict[str, str]:
    """The headers that identify and sign a body."""
    signature = hmac.digest(secret, f"{key}.{seconds}.".encode() + body, "sha256")
    return {
        "webhook-id": key,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
