"""The MQTT discovery messages by which Home Assistant shows a source. Sends nothing.

A source becomes a device with three entities: what was seen last, a sensor of movement that goes off by
itself, and the last picture. https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

from typing import Any

# Seconds for which the sensor shows a movement, which is reported when it is over.
_SECONDS_ON = 30


def discovery(discovery_prefix: str, prefix: str, source: str, name: str) -> dict[str, dict[str, Any]]:
    """The retained messages that announce a source: topic -> content. prefix: of the source's topics."""
    base, node = f"{prefix}/{source}", f"{prefix.replace('/', '_')}_{source}"
    shared = {
        "availability_topic": f"{prefix}/status",
        "device": {"identifiers": [node], "name": name, "manufacturer": "tenfold"},
        "origin": {"name": "tenfold"},
    }
    entities: dict[str, tuple[str, dict[str, Any]]] = {
        "last": (
            "sensor",
            {
                "name": "Last seen",
                "state_topic": f"{base}/state",
                "value_template": "{{ value_json.title[:250] }}",
                "json_attributes_topic": f"{base}/state",
            },
        ),
        "movement": (
            "binary_sensor",
            {
                "name": "Movement",
                "device_class": "motion",
                "state_topic": f"{base}/event",
                "value_template": "ON",
                "off_delay": _SECONDS_ON,
            },
        ),
        "picture": ("image", {"name": "Last picture", "image_topic": f"{base}/picture"}),
    }
    return {
        f"{discovery_prefix}/{component}/{node}/{key}/config": {
            **values,
            **shared,
            "unique_id": f"{node}_{key}",
        }
        for key, (component, values) in entities.items()
    }
