/** The network's answers to the views of a picture become one prediction, as `tenfold.inference.classifier` has it. */
import type { Grid } from "../../shared/pictures/evidence";
import type { Prediction } from "../../shared/types";
import { layOver, type View } from "../pixels/views";
import type { Facts } from "./model-file";

/** Of all views, one after another; `maps` is `[views, classes, rows, columns]`. */
export interface Outputs {
  probabilities: Float32Array;
  novelty: Float32Array;
  maps: Float32Array;
  rows: number;
  columns: number;
}

const cells = 28;

export function combine(
  facts: Pick<Facts, "classes" | "threshold">,
  outputs: Outputs,
  views: readonly View[],
  picture: { width: number; height: number },
  withEvidence = true,
): Prediction {
  const labels = facts.classes.map(({ label }) => label);
  const sums = labels.map((_, k) =>
    sum(views.map((_, view) => outputs.probabilities[view * labels.length + k] ?? 0)),
  );
  const total = sum(sums);
  const mean = sums.map((one) => one / total);
  const best = mean.reduce((best, share, k) => (share > (mean[best] ?? 0) ? k : best), 0);
  const novelty = sum([...outputs.novelty]) / views.length;
  return {
    label: labels[best] ?? "",
    confidence: mean[best] ?? 0,
    probabilities: Object.fromEntries(labels.map((label, k) => [label, mean[k] ?? 0])),
    known: novelty <= facts.threshold,
    novelty,
    evidence: withEvidence ? evidence(labels, outputs, views, picture) : null,
  };
}

/** 0 to 1, by label; null where a map is one cell and so says no place. */
function evidence(
  labels: readonly string[],
  { maps, rows, columns }: Outputs,
  views: readonly View[],
  picture: { width: number; height: number },
): Record<string, Grid> | null {
  if (rows === 1 && columns === 1) return null;
  const laid = layOver(maps, { classes: labels.length, rows, columns }, views, picture, cells);
  const most = laid.reduce((most, cell) => cell.reduce((a, b) => Math.max(a, b), most), 1e-9);
  const grids = laid.map((sums) =>
    Array.from({ length: cells }, (_, row) =>
      Array.from(sums.subarray(row * cells, (row + 1) * cells), (one) => Math.max(0, one) / most),
    ),
  );
  return Object.fromEntries(labels.map((label, k) => [label, grids[k] ?? []]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
