/** Which lamp of a stack light a station's state lights, and the code of the words for that state. */
import type { StationState } from "../api/types";

export type Lamp = "green" | "amber" | "red" | "none";

/** green: good parts are released. amber: parts are judged, none is released. red: all are rejected. none: nothing is
 *  judged. */
export function lampOf({ phase }: Pick<StationState, "phase">): Lamp {
  if (phase === "ready") return "green";
  if (phase === "held") return "amber";
  return phase === "fault" ? "red" : "none";
}

/** Of the text "now_<code>": the phase, and what it waits for where it holds parts back. */
export function conditionOf(state: Pick<StationState, "phase" | "holds" | "first_parts">): string {
  if (state.phase !== "held") return state.phase;
  const [first = "held"] = state.holds;
  return first === "first-parts" && state.first_parts > 0 ? "first-parts-judged" : first;
}

/** The share of parts that were released, of those since the station started; null: there were none. */
export const yieldOf = ({ passed, rejected }: Pick<StationState, "passed" | "rejected">): number | null =>
  passed + rejected > 0 ? passed / (passed + rejected) : null;

/** Whether its camera can be asked for a picture. */
export const looks = ({ phase }: Pick<StationState, "phase">): boolean =>
  !["paused", "off", "starting"].includes(phase);
