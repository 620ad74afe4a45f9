/** Zones and masks while they are drawn: polygons in parts of the picture, 0 to 1. */
import type { CameraArea } from "../api/types";

export type Kind = "zone" | "mask";
export type Corners = readonly (readonly [number, number])[];
export interface Area {
  kind: Kind;
  name: string;
  corners: Corners;
}

export const fewestCorners = 3;
export const mostCorners = 100;

const start: Corners = [
  [0.3, 0.3],
  [0.7, 0.3],
  [0.7, 0.7],
  [0.3, 0.7],
];

/** A new rectangle in the middle. */
export const created = (kind: Kind, name: string): Area => ({ kind, name, corners: start });

export function fromAnswer(kind: Kind, areas: readonly CameraArea[]): Area[] {
  return areas.map(({ name, corners }) => ({ kind, name, corners: corners.map(([x = 0, y = 0]) => [x, y]) }));
}

export function toAnswer(kind: Kind, areas: readonly Area[]): CameraArea[] {
  return areas
    .filter((area) => area.kind === kind)
    .map(({ name, corners }) => ({ name, corners: corners.map((corner) => [...corner]) }));
}

const inside = (value: number): number => Math.round(10_000 * Math.min(1, Math.max(0, value))) / 10_000;

/** A corner elsewhere, inside the picture. */
export const withCorner = (corners: Corners, at: number, x: number, y: number): Corners =>
  corners.map((corner, i) => (i === at ? [inside(x), inside(y)] : corner));

/** One more corner, in the middle of the side that begins at corner `at`. */
export function divided(corners: Corners, at: number): Corners {
  const [a, b] = [corners[at], corners[(at + 1) % corners.length]];
  if (!a || !b || corners.length >= mostCorners) return corners;
  const middle = [inside((a[0] + b[0]) / 2), inside((a[1] + b[1]) / 2)] as const;
  return [...corners.slice(0, at + 1), middle, ...corners.slice(at + 1)];
}

/** One corner less, as long as an area is left. */
export const withoutCorner = (corners: Corners, at: number): Corners =>
  corners.length > fewestCorners ? corners.filter((_, i) => i !== at) : corners;

/** The whole area elsewhere; it stops at the edge of the picture and keeps its form. */
export function shifted(corners: Corners, dx: number, dy: number): Corners {
  const by = (distance: number, values: number[]) =>
    Math.max(-Math.min(...values), Math.min(1 - Math.max(...values), distance));
  const x = by(dx, corners.map(([one]) => one)); // prettier-ignore
  const y = by(dy, corners.map(([, one]) => one)); // prettier-ignore
  return corners.map(([one, other]) => [inside(one + x), inside(other + y)]);
}

export const pointsOf = (corners: Corners): string => corners.map((corner) => corner.join(",")).join(" ");
