/** A rule's conditions as the fields of a form, and back. Asks nothing. */
import type { Camera, Conditions } from "../api";

/** Empty fields ask for nothing. */
export interface Fields {
  cameras: number[];
  classes: string[];
  zones: string[];
  /** The least confidence, in percent. */
  percent: number | null;
  begin: string;
  end: string;
  days: number[];
  dwell: number | null;
  /** Whether a line is to be crossed. */
  lined: boolean;
  /** x, y of its two points, in percent of the picture's width and height. */
  line: (number | null)[];
  direction: Conditions["direction"];
  count: number | null;
  within: number | null;
  coolDown: number | null;
}

const acrossTheMiddle = [50, 0, 50, 100];

export const anything: Conditions = {
  cameras: [],
  classes: [],
  zones: [],
  confidence: 0,
  begin: null,
  end: null,
  days: [],
  dwell: 0,
  line: null,
  direction: "any",
  count: 1,
  within: 60,
  cool_down: 0,
};

/** 0.123 is 12.3. */
const percent = (share: number) => Math.round(share * 1e4) / 100;

export function fieldsOf(conditions: Conditions): Fields {
  const { cameras, classes, zones, days, direction, count, within } = conditions;
  return {
    cameras: [...cameras],
    classes: [...classes],
    zones: [...zones],
    percent: percent(conditions.confidence) || null,
    begin: conditions.begin ?? "",
    end: conditions.end ?? "",
    days: [...days],
    dwell: conditions.dwell || null,
    lined: Boolean(conditions.line),
    line: conditions.line?.map(percent) ?? acrossTheMiddle,
    direction,
    count,
    within,
    coolDown: conditions.cool_down || null,
  };
}

export function conditionsOf(fields: Fields): Conditions {
  const { cameras, classes, zones, days, direction } = fields;
  return {
    cameras,
    classes,
    zones,
    confidence: (fields.percent ?? 0) / 100,
    begin: fields.begin || null,
    end: fields.end || null,
    days: [...days].sort(),
    dwell: fields.dwell ?? 0,
    line: fields.lined ? fields.line.map((one) => (one ?? 0) / 100) : null,
    direction,
    count: fields.count ?? anything.count,
    within: fields.within ?? anything.within,
    cool_down: fields.coolDown ?? 0,
  };
}

/** The names of the zones of some cameras (none: of all), and those that a rule has already. */
export function zonesOf(
  cameras: readonly Pick<Camera, "id" | "zones">[],
  chosen: readonly number[],
  already: readonly string[],
): string[] {
  const meant = cameras.filter(({ id }) => chosen.length === 0 || chosen.includes(id));
  const names = meant.flatMap(({ zones }) => zones.map(({ name }) => name));
  return [...new Set([...names, ...already])];
}
