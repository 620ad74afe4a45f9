"""Maps of Modbus registers: the address and type of each value. Knows no network and no meaning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

WordOrder: TypeAlias = Literal["high-first", "low-first"]


def join(first: int, second: int, order: WordOrder) -> int:
    """A 32-bit value from two registers."""
    high, low = (first, second) if order == "high-first" else (second, first)
    return high << 16 | low


def split(value: int, order: WordOrder) -> list[int]:
    """Two registers from a 32-bit value."""
    halves = [value >> 16 & 0xFFFF, value & 0xFFFF]
    return halves if order == "high-first" else halves[::-1]


@dataclass(frozen=True)
class Register:
    """A value, or `count` of the same kind one after the other. words: registers of one value, 1 or 2."""

    name: str
    says: str
    words: Literal[1, 2] = 1
    count: int = 1


class RegisterMap:
    """Values in the order in which they stand, without gaps."""

    def __init__(self, *registers: Register) -> None:
        self._registers = registers
        self.size = sum(one.words * one.count for one in registers)

    def __iter__(self) -> Iterator[tuple[int, Register]]:
        """Each with its address, the first one's being 0."""
        address = 0
        for one in self._registers:
            yield address, one
            address += one.words * one.count

    def pack(self, values: Mapping[str, int | Sequence[int]], order: WordOrder) -> list[int]:
        """Registers that hold `values`."""
        found: list[int] = []
        for one in self._registers:
            given = values[one.name]
            for value in [given] if isinstance(given, int) else given:
                found += split(value, order) if one.words == 2 else [value & 0xFFFF]
        return found

    def unpack(self, registers: Sequence[int], order: WordOrder) -> dict[str, int | tuple[int, ...]]:
        """The values that registers hold; one for which `count` is more than 1 is a tuple."""
        found: dict[str, int | tuple[int, ...]] = {}
        for address, one in self:
            places = range(address, address + one.words * one.count, one.words)
            values = tuple(
                join(registers[at], registers[at + 1], order) if one.words == 2 else registers[at]
                for at in places
            )
            found[one.name] = values if one.count > 1 else values[0]
        return found
