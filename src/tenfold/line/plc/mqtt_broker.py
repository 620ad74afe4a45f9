"""Where an MQTT broker is and how it is logged in to. Knows no topics but Sparkplug's."""

from dataclasses import dataclass, field

from tenfold.errors import LineError
from tenfold.mqtt import Login, encryption


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


def login(broker: Broker) -> Login:
    """How a client logs in to a broker. Raises LineError where a certificate or a key cannot be used."""
    tls = None
    if broker.tls or broker.ca or broker.certificate:
        try:
            tls = encryption(broker.ca, broker.certificate, broker.key)
        except (OSError, UnicodeError) as error:
            raise LineError(
                broker.name,
                "cannot be reached encrypted",
                received=str(error),
                cure="Name files of certificates and of the key that are PEM and may be read.",
                reason="certificate",
            ) from error
    return Login(broker.host, broker.port, broker.user, broker.password, tls)
