/** Which event is the older, and how many there were of each class and at each time. Knows no server. */
import type { CameraEvent, EventHour } from "../../api/types";

type Placed = Pick<CameraEvent, "id" | "started_at">;

/** The class that a person said, else the model's; "": none of the classes. */
export const labelOf = (event: CameraEvent): string => event.corrected_label ?? event.label;

export function isOlder(one: Placed, other: Placed): boolean {
  const [a, b] = [Date.parse(one.started_at), Date.parse(other.started_at)];
  return a < b || (a === b && one.id < other.id);
}

/** How many there were of each class, the most frequent first. */
export function byClass(hours: readonly EventHour[]): { label: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { label, count } of hours) counts.set(label, (counts.get(label) ?? 0) + count);
  return [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count);
}

export interface Column {
  start: Date;
  count: number;
}

const hour = 3_600_000; // milliseconds

/** A column for each hour from the first to the last event, hours without any too; of more hours than `most` the
 *  newest. */
export function byHour(hours: readonly EventHour[], most: number): Column[] {
  const counts = new Map<number, number>();
  for (const one of hours) {
    const at = Date.parse(one.hour);
    counts.set(at, (counts.get(at) ?? 0) + one.count);
  }
  if (counts.size === 0) return [];
  const last = Math.max(...counts.keys());
  const first = Math.max(Math.min(...counts.keys()), last - (most - 1) * hour);
  return Array.from({ length: Math.round((last - first) / hour) + 1 }, (_, i) => {
    const at = first + i * hour;
    return { start: new Date(at), count: counts.get(at) ?? 0 };
  });
}

/** The box of a path at a moment, in seconds since the event's start; null before its first and after its last look.
 *  Between two looks it moves evenly. */
export function boxAt(path: readonly (readonly number[])[], moment: number): number[] | null {
  const after = path.findIndex(([time = 0]) => time >= moment);
  const next = path[after];
  if (!next) return null;
  const before = path[after - 1];
  if (!before) return next[0] === moment ? next.slice(1) : null;
  const [from = 0, to = 0] = [before[0], next[0]];
  const share = to > from ? (moment - from) / (to - from) : 1;
  return before.slice(1).map((value, i) => value + share * ((next[i + 1] ?? value) - value));
}

/** The middle of each look, as the points of an SVG line. */
export const lineOf = (path: readonly (readonly number[])[]): string =>
  path.map(([, x = 0, y = 0, width = 0, height = 0]) => `${x + width / 2},${y + height / 2}`).join(" ");
