"""Where an MQTT broker is and how it is logged in to. Knows no topics but Sparkplug's."""

import ssl
from dataclasses import dataclass, field

from paho.mqtt.client import Client

from tenfold.errors import LineError


@dataclass(frozen=True)
class Broker:
    """Where the broker is, and who this node is on it.

    Attributes:
        tls: whether the connection is encrypted; it is where `ca` or `certificate` is named.
        ca: file of the certificates that have signed the broker's; empty: those that the system trusts.
        certificate: file of this side's certificate, PEM, where the broker wants one; `key` is its key's.
        primary: id of the primary host application that a Sparkplug node waits for; empty: none.
    """

    host: str
    group: str
    node: str
    port: int = 1883
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca: str = ""
    certificate: str = ""
    key: str = ""
    primary: str = ""

    @property
    def name(self) -> str:
        """For people."""
        return f"The MQTT broker at {self.host}, port {self.port}"

    def away(self, why: str = "") -> LineError:
        """That it is not connected; `why`: what it or the system said."""
        return LineError(
            self.name,
            "is not connected",
            received=why,
            reason="broker-away",
            params={"host": self.host, "port": str(self.port)},
        )

    def topic(self, kind: str) -> str:
        """Where messages of a kind go."""
        return f"spBv1.0/{self.group}/{kind}/{self.node}"


class Login:
    """Logs clients in to a broker.

    Raises:
        LineError: a certificate or a key cannot be used.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._context: ssl.SSLContext | None = None
        if broker.tls or broker.ca or broker.certificate:
            try:
                self._context = ssl.create_default_context(cafile=broker.ca or None)
                if broker.certificate:
                    self._context.load_cert_chain(broker.certificate, broker.key or None)
            except (OSError, UnicodeError) as error:
                raise LineError(
                    broker.name,
                    "cannot be reached encrypted",
                    received=str(error),
                    cure="Name files of certificates and of the key that are PEM and may be read.",
                    reason="certificate",
                ) from error

    def prepare(self, client: Client) -> None:
        """Give a client, before it connects, what it logs in with."""
        if self._broker.user:
            client.username_pw_set(self._broker.user, self._broker.password or None)
        if self._context is not None:
            client.tls_set_context(self._context)
