"""The standard nodes of OPC UA servers, made once in each process of the tests. Knows no station.

The library makes 6,000 nodes for every server, in 1.1 s of a core; to copy them takes a quarter of it.
"""

from collections.abc import Iterator
from copy import copy
from typing import Any

import pytest
from asyncua.server.address_space import AttributeValue, NodeData
from asyncua.server.standard_address_space import standard_address_space


@pytest.fixture(scope="session")
def standard_nodes_once() -> Iterator[None]:
    """Servers of this process get copies of the nodes that the first one got."""
    fill, made = standard_address_space.fill_address_space, dict[Any, Any]()

    def copied(service: Any) -> None:
        nodes = service._aspace._nodes
        if made:
            nodes.update(_copies(made))
        else:
            fill(service)
            made.update(_copies(nodes))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standard_address_space, "fill_address_space", copied)
        yield


def _copies(nodes: dict[Any, Any]) -> dict[Any, Any]:
    return {number: _copy(node) for number, node in nodes.items()}


def _copy(node: Any) -> Any:
    """A node whose attributes and references are its own; values are replaced, never changed."""
    one = NodeData(node.nodeid)
    one.attributes = {name: AttributeValue(held.value) for name, held in node.attributes.items()}
    one.references = [copy(reference) for reference in node.references]
    return one
