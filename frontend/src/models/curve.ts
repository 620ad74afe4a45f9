/** Curves of figures by epoch as paths of an SVG drawing, and its axes. Knows nothing of what the figures mean. */

interface Frame {
  width: number;
  height: number;
  low: number;
  high: number;
}

export type Curve = readonly (number | null)[];

/** A curve with its name, from epoch 1 on. */
export interface Series {
  name: string;
  curve: Curve;
}

/** The figures by epoch, from epoch 1 to `last`; null where none is known. */
export function byEpoch(epochs: readonly number[], curve: Curve, last: number): Curve {
  const known = new Map(epochs.map((epoch, n) => [epoch, curve[n] ?? null]));
  return Array.from({ length: last }, (_, n) => known.get(n + 1) ?? null);
}

/** Whole epochs at which an axis is marked: the first, the last, and a few at equal distances between. */
export function epochTicks(last: number, most = 6): readonly number[] {
  if (last <= most) return Array.from({ length: last }, (_, n) => n + 1);
  const rough = last / (most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough);
  const inner = [];
  for (let epoch = step; epoch < last - step / 2; epoch += step) if (epoch > 1) inner.push(epoch);
  return [1, ...inner, last];
}

/** Round values within a range, for the other axis. */
export function valueTicks(low: number, high: number, most = 5): readonly number[] {
  const rough = (high - low) / (most - 1);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const ticks = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1)
    ticks.push(Number((n * step).toPrecision(12)));
  return ticks;
}

/** The least and the greatest of all figures, with a little room; a flat curve lies in the middle. */
export function range(curves: readonly Curve[]): { low: number; high: number } {
  const known = curves.flat().filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length === 0) return { low: 0, high: 1 };
  const [low, high] = [Math.min(...known), Math.max(...known)];
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
