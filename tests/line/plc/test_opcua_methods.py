"""The methods of OPC 40100-1 as the docs name them, and what is not supported."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from asyncua import ua

from tenfold.line.plc.opcua.methods import NOT_SUPPORTED, Methods
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "reference" / "plant-signals.md").read_text("utf-8")
# Of the nodeset, without what a station leaves out.
OF_RECIPES = ("AddRecipe", "PrepareProduct", "RemoveRecipe", "UnlinkProduct", "UnprepareProduct")


class Linked(dict[str, Callable[..., Awaitable[Any]]]):
    """A server that keeps what is linked, by the method's name."""

    def link_method(self, node: str, answer: Callable[..., Awaitable[Any]]) -> None:
        self[node] = answer


async def run(call: Callable[..., Any], *arguments: Any) -> Any:
    return call(*arguments)


@pytest.mark.parametrize("name", OF_RECIPES)
def test_what_a_station_cannot_do_is_refused_as_not_supported_and_the_docs_say_so(name: str) -> None:
    server: Any = Linked()
    station: Any = None
    nodes: Any = SimpleNamespace(methods={name: name})
    Methods(station, run).link(server, nodes)
    answered = asyncio.run(server[name](ua.NodeId(), ua.Variant("x"), ua.Variant("y")))
    assert answered == ua.StatusCode(ua.StatusCodes.BadNotSupported)
    assert name in NOT_SUPPORTED
    assert f"`{name}`" in PAGE
