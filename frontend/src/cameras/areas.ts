/** Zones and masks of a camera while they are drawn. */
import type { CameraArea } from "../api/types";
import { boxOf, cornersOf, type Corners } from "../shared/drawing/corners";

export type Kind = "zone" | "mask";
export interface Area {
  kind: Kind;
  name: string;
  corners: Corners;
}

/** A new rectangle in the middle. */
export const created = (kind: Kind, name: string): Area => ({
  kind,
  name,
  corners: cornersOf([0.3, 0.3, 0.4, 0.4]),
});

export function fromAnswer(kind: Kind, areas: readonly CameraArea[]): Area[] {
  return areas.map(({ name, corners }) => ({ kind, name, corners: corners.map(([x = 0, y = 0]) => [x, y]) }));
}

export function toAnswer(kind: Kind, areas: readonly Area[]): CameraArea[] {
  return areas
    .filter((area) => area.kind === kind)
    .map(({ name, corners }) => ({ name, corners: corners.map((corner) => [...corner]) }));
}

/** The square of so large a share of a picture, around a place in it. ratio: of the picture, its width by its height. */
export function leastSquare(share: number, ratio: number, [x, y]: readonly [number, number]): Corners {
  const [width, height] = [Math.min(1, Math.sqrt(share / ratio)), Math.min(1, Math.sqrt(share * ratio))];
  const start = (middle: number, length: number) => Math.min(Math.max(middle - length / 2, 0), 1 - length);
  return cornersOf([start(x, width), start(y, height), width, height]);
}

export function middleOf(corners: Corners): readonly [number, number] {
  const [left, top, width, height] = boxOf(corners);
  return [left + width / 2, top + height / 2];
}
