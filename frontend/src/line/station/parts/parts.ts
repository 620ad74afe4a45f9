/** What is shown of parts and of their figures. Knows no server. */
import type { StationChallenge, StationFigures, StationPart } from "../../../api/types";
import type { Bar } from "../../../shared/components/ClassBars.svelte";

type Answered = StationPart["answers"][number];

/** The answer that decides: the least sure one, and "none of these" before all. */
export function leastSure(part: StationPart): Answered | null {
  const sure = (one: Answered) => (one.known ? (one.probabilities[one.label] ?? 0) : -1);
  return part.answers.reduce<Answered | null>(
    (least, one) => (least === null || sure(one) < sure(least) ? one : least),
    null,
  );
}

/** The most probable classes, as bars. */
export const barsOf = (answer: Answered, most: number): Bar[] =>
  Object.entries(answer.probabilities)
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([label, share]) => ({ label, share }));

/** Reasons of parts that did not pass, with the share of all such parts that they and those before make up. */
export function pareto(
  reasons: StationFigures["reasons"],
): { reason: string; parts: number; upTo: number }[] {
  const all = reasons.reduce((sum, { parts }) => sum + parts, 0);
  let sum = 0;
  return reasons.map(({ reason, parts }) => ({ reason, parts, upTo: (sum += parts) / all }));
}

/** When golden parts are due again, in milliseconds since 1970; null: there has been no challenge that held. */
export function dueAt(hours: number, challenges: readonly StationChallenge[]): number | null {
  const passed = challenges.find((one) => one.passed);
  return passed ? Date.parse(passed.at) + hours * 3_600_000 : null;
}

/** Milliseconds from one moment to another, rounded. */
export const between = (from: string, to: string): number => Math.round(Date.parse(to) - Date.parse(from));
