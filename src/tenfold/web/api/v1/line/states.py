"""A station and its state, as the API answers them. Knows no route."""

from tenfold.accounts.roles import ADMINISTRATOR, at_least
from tenfold.errors import LineError
from tenfold.line.stations.tables import StationRow
from tenfold.runtime import App
from tenfold.runtime.supervisor import ServiceFault
from tenfold.web.api.v1.line.bodies import ChallengeBody, GateBody, StationAnswer, StationState
from tenfold.web.api.v1.line.wires import TriggerBody, shown_broker, shown_output, shown_plant
from tenfold.web.problems import Problem, describe, remembered
from tenfold.web.security.visitor import Visitor
from tenfold.workflows.line.cameras import described


def answer_of(app: App, row: StationRow, who: Visitor) -> StationAnswer:
    """A station as `who` may see it: only administrators are told where files are."""
    whole = at_least(who.role, ADMINISTRATOR)
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
    """A station's state, from this process or from the last status of the process that runs it."""
    running = app.running_stations.running(row.id)
    said = running.status() if running is not None else (row.status or {}) if row.worker else {}
    health = app.running_stations.health(row.id)
    fault = health.fault if health and health.state == "failing" else None
    phase = said.get("state", "starting" if running is not None and not fault else "off")
    recipe = said.get("recipe") or {}
    return StationState(
        phase="paused" if row.paused_at else phase,
        faults=said.get("faults", []),
        holds=said.get("holds", []),
        alarm=said.get("alarm", ""),
        recipe=recipe.get("recipe", []),
        deadline=said.get("deadline"),
        asked=said.get("asked", 0),
        problem=_problem(row, fault) if fault else remembered(said.get("recipe_problem")),
        passed=said.get("passed", 0),
        rejected=said.get("rejected", 0),
        last=said.get("last"),
        outputs=[remembered(facts) for facts in said.get("output_problems", [])],
        first_parts=said.get("first_parts", 0),
        challenge=said.get("challenge", []),
        refused=remembered(running.refused) if running is not None else None,
    )


def _problem(row: StationRow, fault: ServiceFault) -> Problem:
    """Why a station's process does not run."""
    if fault.facts:
        return remembered(fault.facts)
    cure = "It is started again; parts are rejected meanwhile."
    subject = f"The station {row.name}"
    return describe(LineError(subject, "ended", received=fault.words, cure=cure, reason="station-ended"))
