/** Days and months as the address has them ("2026-11-28", "2026-11"), by this browser's clock. */
import type { Entry } from "../../api/types";
import type { Filters } from "./filters";

export type Dated = "taken" | "added";

export interface Day {
  /** Empty: of no date. */
  day: string;
  entries: readonly Entry[];
}

/** Entries that are in the order of their dates, by day. */
export function byDay(entries: readonly Entry[], by: Dated): Day[] {
  const days: { day: string; entries: Entry[] }[] = [];
  for (const entry of entries) {
    const moment = by === "taken" ? entry.taken_at : entry.added_at;
    const day = moment ? dayOf(new Date(moment)) : "";
    const last = days.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
}

/** Months by year, both in the order in which they come. */
export function byYear<M extends { month: string }>(months: readonly M[]): (readonly [string, M[]])[] {
  const years: [string, M[]][] = [];
  for (const one of months) {
    const year = one.month.slice(0, 4);
    const last = years.at(-1);
    if (last?.[0] === year) last[1].push(one);
    else years.push([year, [one]]);
  }
  return years;
}

/** The filters that begin, in the order of dates, with the end of a month; "" is the latest. */
export function until(filters: Filters, by: Dated, month: string): Filters {
  const order = by === "taken" ? "taken" : "newest";
  const [year, number] = month.split("-").map(Number);
  if (!year || !number) return { ...filters, order };
  const end = dayOf(new Date(year, number, 0));
  const to = by === "taken" ? filters.takenTo : filters.addedTo;
  const sooner = to && to < end ? to : end;
  return by === "taken" ? { ...filters, order, takenTo: sooner } : { ...filters, order, addedTo: sooner };
}

/** The first moment of a month or day, to be written. */
export function momentOf(text: string): Date {
  const [year = 0, month = 1, day = 1] = text.split("-").map(Number);
  return new Date(year, month - 1, day);
}

function dayOf(date: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
