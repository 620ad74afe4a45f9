"""The methods of OPC 40100-1: checks a call's arguments, calls the station, answers with a status."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any, TypeAlias

from asyncua import Server, ua

from tenfold.line.plc.opcua.address_space import StationNodes
from tenfold.line.plc.opcua.results import KnownRecipe, VisionJob, internal_id
from tenfold.line.plc.opcua.station import VisionStation
from tenfold.line.plc.opcua.vision import IllegalCall

_Answer: TypeAlias = "list[ua.Variant] | ua.StatusCode"
_Handler: TypeAlias = Callable[[Sequence[Any]], Awaitable[list[ua.Variant]]]
_FINE = ua.Variant(0, ua.VariantType.Int32)
_PLAIN = ("Halt", "Reset", "SelectModeAutomatic", "Stop", "Abort")
_TRUE, _FALSE = 1, 0
# Recipes are added and approved by people, never by the plant; a station keeps no list of products.
NOT_SUPPORTED = ("AddRecipe", "RemoveRecipe", "PrepareProduct", "UnprepareProduct", "UnlinkProduct")


class Refused(Exception):
    """A call that is answered with a status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Methods:
    """Links the methods of a vision system.

    Args:
        run: runs what may wait in another thread.
    """

    def __init__(self, station: VisionStation, run: Callable[..., Awaitable[Any]]) -> None:
        self._station, self._run = station, run
        self._handles = count(1)

    def link(self, server: Server, nodes: StationNodes) -> None:
        """Link every method that the station has; the others are not supported."""
        handlers: dict[str, tuple[int, _Handler]] = {
            "StartSingleJob": (5, self._starting("StartSingleJob")),
            "StartContinuous": (5, self._starting("StartContinuous")),
            "SimulationMode": (3, self._simulation_mode),
            "PrepareRecipe": (2, self._prepare),
            "UnprepareRecipe": (2, self._unprepare),
            "GetRecipeListFiltered": (6, self._recipe_list),
            "ReleaseRecipeHandle": (1, self._release),
            "GetResultById": (2, self._result_by_id),
            "GetResultComponentsById": (2, self._result_components),
            "GetResultListFiltered": (12, self._result_list),
            "ReleaseResultHandle": (1, self._release),
        } | {name: (0 if name == "SelectModeAutomatic" else 2, self._plain(name)) for name in _PLAIN}
        for name, node in nodes.methods.items():
            server.link_method(node, _answering(*handlers.get(name, (None, _not_supported))))

    def _plain(self, name: str) -> _Handler:
        async def handle(arguments: Sequence[Any]) -> list[ua.Variant]:
            self._station.call(name)
            return [_FINE]

        return handle

    def _starting(self, name: str) -> _Handler:
        async def handle(arguments: Sequence[Any]) -> list[ua.Variant]:
            measurement, part, recipe, product, _ = arguments
            if _id(recipe) and self._recipe(_id(recipe), "").number != self._station.prepared():
                raise Refused(ua.StatusCodes.BadInvalidArgument)
            job = self._station.start(name, VisionJob("", _id(measurement), _id(part), _id(product)))
            return [ua.Variant(ua.JobIdDataType(Id=job)), _FINE]

        return handle

    async def _simulation_mode(self, arguments: Sequence[Any]) -> list[ua.Variant]:
        # A station is told at its start whether its parts are simulated; a plant cannot make them so.
        if bool(arguments[0]) != self._station.simulated:
            raise Refused(ua.StatusCodes.BadNotSupported)
        return [_FINE]

    async def _prepare(self, arguments: Sequence[Any]) -> list[ua.Variant]:
        recipe = self._recipe(_id(arguments[0]), _id(arguments[1]))
        if not await self._run(self._station.prepare, recipe):
            raise Refused(ua.StatusCodes.BadNotSupported)
        return [ua.Variant(internal_id(recipe)), ua.Variant(True), _FINE]

    async def _unprepare(self, arguments: Sequence[Any]) -> list[ua.Variant]:
        recipe = self._recipe(_id(arguments[0]), _id(arguments[1]))
        if recipe.number != self._station.prepared():
            raise IllegalCall("UnprepareRecipe")
        self._station.call("UnprepareRecipe")
        return [ua.Variant(internal_id(recipe)), _FINE]

    def _recipe(self, external: str, internal: str) -> KnownRecipe:
        for recipe in self._station.recipes:
            if (external, internal) in ((recipe.name, ""), ("", str(recipe.number))) or (
                (external, internal) == (recipe.name, str(recipe.number))
            ):
                return recipe
        raise Refused(ua.StatusCodes.BadNotFound)

    async def _recipe_list(self, arguments: Sequence[Any]) -> list[ua.Variant]:
        external, _, prepared, most, first, _ = arguments
        fits = [
            recipe
            for recipe in self._station.recipes
            if _id(external) in ("", recipe.name)
            and int(prepared or 0) != (_FALSE if recipe.number == self._station.prepared() else _TRUE)
        ]
        end = first + most if most else len(fits)
        found = [internal_id(recipe) for recipe in fits[first:end]]
        return [*self._listed(found, end >= len(fits)), _FINE]

    async def _result_list(self, arguments: Sequence[Any]) -> list[ua.Variant]:
        names = (
            "ResultState", "MeasId", "PartId", "ExternalRecipeId", "InternalRecipeId",
            "ExternalConfigurationId", "InternalConfigurationId", "ProductId", "JobId",
        )  # fmt: skip
        wanted = dict(zip(names, arguments, strict=False))
        found, complete = self._station.results.filtered(
            wanted, int(arguments[9] or 0), int(arguments[10] or 0)
        )
        return [*self._listed(found, complete), _FINE]

    def _listed(self, found: list[Any], complete: bool) -> list[ua.Variant]:
        return [
            ua.Variant(complete),
            ua.Variant(len(found), ua.VariantType.UInt32),
            ua.Variant(next(self._handles), ua.VariantType.UInt32),
            ua.Variant(found, ua.VariantType.ExtensionObject, is_array=True),
        ]

    async def _result_by_id(self, arguments: Sequence[Any]) -> list[ua.Variant]:
        result = self._result(arguments[0])
        return [ua.Variant(next(self._handles), ua.VariantType.UInt32), ua.Variant(result), _FINE]

    async def _result_components(self, arguments: Sequence[Any]) -> list[ua.Variant]:
        one = self._result(arguments[0])
        return [
            ua.Variant(False),
            ua.Variant(next(self._handles), ua.VariantType.UInt32),
            ua.Variant(one.IsPartial),
            ua.Variant(one.IsSimulated),
            ua.Variant(one.ResultState, ua.VariantType.Int32),
            *(
                ua.Variant(getattr(one, name))
                for name in (
                    "MeasId", "PartId", "ExternalRecipeId", "InternalRecipeId", "ProductId",
                    "ExternalConfigurationId", "InternalConfigurationId", "JobId",
                )
            ),
            ua.Variant(one.CreationTime, ua.VariantType.DateTime),
            ua.Variant(one.ProcessingTimes),
            ua.Variant(one.ResultContent, ua.VariantType.Variant, is_array=True),
            _FINE,
        ]  # fmt: skip

    def _result(self, name: Any) -> Any:
        found = self._station.results.by_id(_id(name))
        if found is None:
            raise Refused(ua.StatusCodes.BadNotFound)
        return found

    async def _release(self, arguments: Sequence[Any]) -> list[ua.Variant]:
        return [_FINE]  # nothing is kept for a handle


async def _not_supported(arguments: Sequence[Any]) -> list[ua.Variant]:
    raise Refused(ua.StatusCodes.BadNotSupported)


def _answering(expected: int | None, handler: _Handler) -> Callable[..., Awaitable[_Answer]]:
    async def answer(parent: ua.NodeId, *given: ua.Variant) -> _Answer:
        if expected is not None and len(given) != expected:
            few = len(given) < expected
            codes = ua.StatusCodes
            return ua.StatusCode(codes.BadArgumentsMissing if few else codes.BadTooManyArguments)
        try:
            return await handler([variant.Value for variant in given])
        except IllegalCall:
            return ua.StatusCode(ua.StatusCodes.BadInvalidState)
        except Refused as refused:
            return ua.StatusCode(refused.status)
        except (AttributeError, TypeError, ValueError):
            return ua.StatusCode(ua.StatusCodes.BadInvalidArgument)

    return answer


def _id(value: Any) -> str:
    """The id of one of the model's ids; empty where it is left out."""
    return "" if value is None else str(value.Id or "")
