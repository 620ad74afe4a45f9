"""tenfold line modbus read, against a real server."""

import json

from tenfold.line.plc.modbus import ModbusAddress, registers
from tenfold.line.plc.signals import Inputs
from tests.cli.conftest import Command
from tests.line.plc.modbus_server import served

PLACE = ModbusAddress("127.0.0.1")
HELD = registers(PLACE, Inputs(70_000, 3, (0,) * 8, 0, (0,) * 8, 17))


def test_registers_are_shown_by_every_address_and_in_both_word_orders(tenfold: Command) -> None:
    with served(PLACE, HELD) as (port, _):
        done = tenfold("line", "modbus", "read", "127.0.0.1", "--port", port, "--count", 3)
        assert (done.status, done.err) == (0, "")
        lines = [line.split() for line in done.out.splitlines()]
        assert lines[1] == ["0", "1", "40001", "1", "70000", str(4464 << 16 | 1)]
        assert lines[2][:4] == ["1", "2", "40002", "4464"]
        assert lines[3] == ["2", "3", "40003", "0"]
        found = json.loads(
            tenfold(
                "line", "modbus", "read", "127.0.0.1", "--port", port, "--first", 6, "--count", 1, "--json"
            ).out
        )
        assert found == {"first": 6, "unit": 1, "registers": [17]}


def test_what_cannot_be_read_is_told_in_words(tenfold: Command) -> None:
    with served(PLACE, HELD) as (port, _):
        done = tenfold("line", "modbus", "read", "127.0.0.1", "--port", port, "--unit", 9)
        assert (done.status, "there is no such unit" in done.err, "another unit" in done.err) == (
            1,
            True,
            True,
        )
    gone = tenfold("line", "modbus", "read", "127.0.0.1", "--port", port)
    assert (gone.status, "does not answer" in gone.err) == (1, True)
