/** Shapes while they are drawn, by their corners in parts of the picture, 0 to 1. */

export type Corners = readonly (readonly [number, number])[];
/** polygon: its corners may become more or fewer. box: its sides stay upright. line: from end to end. */
export type Form = "polygon" | "box" | "line";
/** Left, top, width and height. */
export type Box = readonly [number, number, number, number];

export interface Shape {
  form: Form;
  corners: Corners;
  /** What is under it is not looked at. */
  dark?: boolean;
}

const fewestCorners = 3;
const mostCorners = 100;
const shortestSide = 0.02;

const round = (value: number): number => Math.round(10_000 * value) / 10_000;
const inside = (value: number): number => round(Math.min(1, Math.max(0, value)));

/** A corner elsewhere, inside the picture. */
export function withCorner(form: Form, corners: Corners, at: number, x: number, y: number): Corners {
  if (form !== "box") return corners.map((corner, i) => (i === at ? [inside(x), inside(y)] : corner));
  const opposite = corners[(at + 2) % 4] ?? [0, 0];
  // At the start the corners go round from the upper left one.
  const wide = [1, 2].includes(at) ? 1 : -1;
  const high = at >= 2 ? 1 : -1;
  const far = (fixed: number, to: number, way: number) =>
    inside(way > 0 ? Math.max(fixed + shortestSide, to) : Math.min(fixed - shortestSide, to));
  const [toX, toY] = [far(opposite[0], x, wide), far(opposite[1], y, high)];
  const [left, top] = [Math.min(opposite[0], toX), Math.min(opposite[1], toY)];
  return cornersOf([left, top, Math.abs(toX - opposite[0]), Math.abs(toY - opposite[1])]);
}

export const cornersOf = ([left, top, width, height]: Box): Corners => {
  const [right, bottom] = [inside(left + width), inside(top + height)];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
};

export function boxOf(corners: Corners): Box {
  const [[left, top] = [0, 0], , [right, bottom] = [1, 1]] = corners;
  return [left, top, round(right - left), round(bottom - top)];
}

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

/** The whole shape elsewhere; it stops at the edge of the picture and keeps its form. */
export function shifted(corners: Corners, dx: number, dy: number): Corners {
  const by = (distance: number, values: number[]) =>
    Math.max(-Math.min(...values), Math.min(1 - Math.max(...values), distance));
  const x = by(dx, corners.map(([one]) => one)); // prettier-ignore
  const y = by(dy, corners.map(([, one]) => one)); // prettier-ignore
  return corners.map(([one, other]) => [inside(one + x), inside(other + y)]);
}

export const pointsOf = (corners: Corners): string => corners.map((corner) => corner.join(",")).join(" ");
