"""A station and its state, as the API answers them. Knows no route."""

from tenfold.line.stations.status import status_of
from tenfold.line.stations.tables import StationRow
from tenfold.runtime import App
from tenfold.web.api.v1.line.bodies import ChallengeBody, GateBody, StationAnswer, StationState
from tenfold.web.api.v1.line.wires import TriggerBody, shown_broker, shown_output, shown_plant
from tenfold.web.problems import remembered
from tenfold.web.security.visitor import Visitor
from tenfold.workflows.line.cameras import described


def answer_of(app: App, row: StationRow, who: Visitor) -> StationAnswer:
    """A station as `who` may see it: only administrators are told where files are."""
    whole = who.administrator
    return StationAnswer.of(
        row,
        address=described(row, app.cameras),
        user=bool(row.user),
        plant=shown_plant(row.plant, whole=whole),
        trigger=TriggerBody(**row.trigger),
        gate=GateBody(**row.gate),
        broker=shown_broker(row.broker, whole=whole),
        outputs=[shown_output(one, whole=whole) for one in row.outputs],
        challenge=ChallengeBody(**row.challenge) if row.challenge else None,
        state=_state(app, row),
    )


def _state(app: App, row: StationRow) -> StationState:
    now = status_of(row, app.running_stations.status(row))
    said, running = now.figures, app.running_stations.running(row.id)
    return StationState(
        phase=now.phase,
        faults=said.get("faults", []),
        holds=said.get("holds", []),
        alarm=said.get("alarm", ""),
        recipe=(said.get("recipe") or {}).get("recipe", []),
        deadline=said.get("deadline"),
        asked=said.get("asked", 0),
        problem=remembered(now.problem),
        passed=said.get("passed", 0),
        rejected=said.get("rejected", 0),
        last=said.get("last"),
        outputs=[remembered(facts) for facts in now.outputs],
        first_parts=said.get("first_parts", 0),
        challenge=said.get("challenge", []),
        refused=remembered(running.refused) if running is not None else None,
    )
