/** How long events and clips are kept, as the fields of a form, and back. Asks nothing. */
import type { Camera } from "../api/types";

export type Limits = Pick<Camera, "keep_days" | "keep_days_of" | "keep_bytes" | "keep_bytes_of">;

/** Empty fields set no limit. */
export interface ClassFields {
  label: string;
  days: number | null;
  gigabytes: number | null;
}
export interface KeepFields {
  days: number | null;
  gigabytes: number | null;
  classes: ClassFields[];
}

const gigabyte = 1e9;

/** What the server takes where nothing is said. */
export const usual: Limits = { keep_days: 3, keep_days_of: {}, keep_bytes: 0, keep_bytes_of: {} };

export const limitedClasses = (limits: Limits): string[] =>
  [...new Set([...Object.keys(limits.keep_days_of), ...Object.keys(limits.keep_bytes_of)])].sort();

export const fieldsOf = (limits: Limits): KeepFields => ({
  days: limits.keep_days,
  gigabytes: gigabytes(limits.keep_bytes),
  classes: limitedClasses(limits).map((label) => ({
    label,
    days: limits.keep_days_of[label] ?? null,
    gigabytes: gigabytes(limits.keep_bytes_of[label]),
  })),
});

export const limitsOf = (fields: KeepFields): Limits => ({
  keep_days: fields.days ?? usual.keep_days,
  keep_days_of: byClass(fields.classes, ({ days }) => days ?? 0),
  keep_bytes: bytes(fields.gigabytes),
  keep_bytes_of: byClass(fields.classes, (one) => bytes(one.gigabytes)),
});

const gigabytes = (size = 0): number | null => size / gigabyte || null;

const bytes = (size: number | null): number => Math.round((size ?? 0) * gigabyte);

function byClass(rows: ClassFields[], value: (row: ClassFields) => number): Record<string, number> {
  return Object.fromEntries(rows.map((row) => [row.label, value(row)] as const).filter(([, limit]) => limit));
}
