/** Zones and masks of a camera while they are drawn. */
import type { CameraArea } from "../api/types";
import { cornersOf, type Corners } from "../shared/drawing/corners";

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
