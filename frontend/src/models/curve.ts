/** A curve of figures by epoch as the path of an SVG drawing. Knows nothing of what the figures mean. */

interface Frame {
  width: number;
  height: number;
  low: number;
  high: number;
}

export type Curve = readonly (number | null)[];

/** The least and the greatest of all figures; nothing where none is known. */
export function ends(curves: readonly Curve[]): { low: number; high: number } | null {
  const known = curves.flat().filter((value): value is number => value !== null && Number.isFinite(value));
  return known.length === 0 ? null : { low: Math.min(...known), high: Math.max(...known) };
}

/** The least and the greatest of all figures, with a little room; a flat curve lies in the middle. */
export function range(curves: readonly Curve[]): { low: number; high: number } {
  const found = ends(curves);
  if (!found) return { low: 0, high: 1 };
  const { low, high } = found;
  const room = high > low ? (high - low) * 0.05 : Math.max(Math.abs(high) * 0.05, 0.01);
  return { low: low - room, high: high + room };
}

/** "M0,10L5,3": a figure that is not known breaks the line; a lonely one is a dot. */
export function pathOf(curve: Curve, frame: Frame): string {
  const step = curve.length > 1 ? frame.width / (curve.length - 1) : 0;
  const parts: string[] = [];
  let pen = false;
  curve.forEach((value, n) => {
    if (value === null || !Number.isFinite(value)) {
      pen = false;
      return;
    }
    const x = (n * step).toFixed(1);
    const y = (frame.height * (1 - (value - frame.low) / (frame.high - frame.low))).toFixed(1);
    const next = curve[n + 1];
    const lonely = !pen && (next === undefined || next === null);
    parts.push(lonely ? `M${x},${y}h0.1` : `${pen ? "L" : "M"}${x},${y}`);
    pen = true;
  });
  return parts.join("");
}
