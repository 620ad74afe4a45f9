/** Writes results as JSON or CSV. Knows nothing of how they are shown. */
import type { Prediction } from "../types";

export interface SavedRow {
  name: string;
  width: number | null;
  height: number | null;
  prediction: Prediction | null;
  problem: string | null;
}

export function toJson(rows: readonly SavedRow[]): string {
  const plain = rows.map(({ prediction, ...row }) => {
    if (!prediction) return { ...row, prediction };
    const { evidence: _evidence, ...answer } = prediction; // large, and of no use without the picture
    return { ...row, prediction: answer };
  });
  return JSON.stringify(plain, null, 2) + "\n";
}

/** A table for spreadsheets: UTF-8 with its mark, a column for every class, and no cell run as a formula. */
export function toCsv(rows: readonly SavedRow[], classes: readonly string[]): string {
  const head = ["name", "width", "height", "label", "confidence", "known", "novelty", ...classes, "problem"];
  const lines = rows.map(({ name, width, height, prediction: p, problem }) => [
    name,
    width,
    height,
    p?.label,
    p?.confidence,
    p?.known,
    p?.novelty,
    ...classes.map((label) => p?.probabilities[label]),
    problem,
  ]);
  return "\uFEFF" + [head, ...lines].map((line) => line.map(cell).join(",") + "\r\n").join("");
}

function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  // A spreadsheet takes text that starts like this for a formula, also after spaces; an apostrophe tells it not to.
  const safe = /^ *[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands the browser a file to save. */
export function saveAs(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000); // the browser reads it after the click
}
