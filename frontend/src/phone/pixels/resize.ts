/** The resize of the pixel rule, to the bit: `tenfold.images.resize` in Python has its arithmetic in words.
 *  Knows nothing of files, canvases or models. */

/** 8-bit RGB pixels, row by row. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Left, top, right, bottom, in pixels. */
export type Box = readonly [number, number, number, number];

interface Filter {
  support: number;
  weight: (t: number) => number;
}

const filters = {
  box: { support: 0.5, weight: (t) => (t > -0.5 && t <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (t) => Math.max(0, 1 - Math.abs(t)) },
  bicubic: { support: 2, weight: (t) => cubic(Math.abs(t)) },
  lanczos: { support: 3, weight: (t) => (t >= -3 && t < 3 ? sinc(t) * sinc(t / 3) : 0) },
} satisfies Record<string, Filter>;

export type ResizeRule = keyof typeof filters;

export function isResizeRule(name: string): name is ResizeRule {
  return Object.hasOwn(filters, name);
}

const one = 2 ** 22; // weights are whole multiples of its inverse
const mostRows = 65_535; // of a higher picture the columns come first

/** Several boxes of a picture, each squashed to a square; boxes of the same columns share a pass. */
export function resizeBoxes(
  pixels: Pixels,
  size: number,
  rule: ResizeRule,
  boxes: readonly Box[],
): Uint8Array[] {
  const filter = filters[rule];
  if (pixels.height > mostRows) {
    return boxes.map(([left, top, right, bottom]) => {
      const low = alongColumns(pixels, size, filter, top, bottom);
      return alongRows(low, size, filter, left, right).data;
    });
  }
  const narrow = new Map<string, Pixels>();
  return boxes.map(([left, top, right, bottom]) => {
    const key = `${left} ${right}`;
    const rows = narrow.get(key) ?? alongRows(pixels, size, filter, left, right);
    narrow.set(key, rows);
    return alongColumns(rows, size, filter, top, bottom).data;
  });
}

/** For each output pixel the first input pixel and the weights of it and those that follow. */
interface Taps {
  first: Int32Array;
  weights: Int32Array[];
}

/** Null where the axis needs no change. */
function taps(length: number, size: number, filter: Filter, from: number, to: number): Taps | null {
  const [b0, b1] = [Math.fround(from), Math.fround(to)];
  if (b0 === 0 && b1 === length && length === size) return null;
  const scale = Math.fround(b1 - b0) / size;
  const wide = Math.max(scale, 1);
  const reach = filter.support * wide;
  const first = new Int32Array(size);
  const weights = Array.from({ length: size }, (_, x) => {
    const centre = b0 + (x + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(length, Math.trunc(centre + reach + 0.5));
    first[x] = start;
    const exact = Array.from({ length: end - start }, (_, i) =>
      filter.weight((i + start - centre + 0.5) * (1 / wide)),
    );
    const sum = exact.reduce((total, weight) => total + weight, 0) || 1;
    return Int32Array.from(exact, (weight) => {
      const share = (weight / sum) * one;
      return Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    });
  });
  return { first, weights };
}

function alongRows(pixels: Pixels, size: number, filter: Filter, from: number, to: number): Pixels {
  const found = taps(pixels.width, size, filter, from, to);
  if (!found) return pixels;
  const { width, height, data } = pixels;
  const out = new Uint8Array(size * height * 3);
  for (let x = 0; x < size; x++) {
    const weights = found.weights[x] ?? new Int32Array();
    const first = found.first[x] ?? 0;
    for (let y = 0; y < height; y++) add(data, (y * width + first) * 3, 3, weights, out, (y * size + x) * 3);
  }
  return { width: size, height, data: out };
}

function alongColumns(pixels: Pixels, size: number, filter: Filter, from: number, to: number): Pixels {
  const found = taps(pixels.height, size, filter, from, to);
  if (!found) return pixels;
  const { width, data } = pixels;
  const out = new Uint8Array(width * size * 3);
  for (let y = 0; y < size; y++) {
    const weights = found.weights[y] ?? new Int32Array();
    const first = found.first[y] ?? 0;
    for (let x = 0; x < width; x++) {
      add(data, (first * width + x) * 3, width * 3, weights, out, (y * width + x) * 3);
    }
  }
  return { width, height: size, data: out };
}

/** The weighted sum of pixels that stand `step` bytes apart; doubles hold it exactly. */
function add(
  data: Uint8Array,
  at: number,
  step: number,
  weights: Int32Array,
  out: Uint8Array,
  to: number,
): void {
  let [red, green, blue] = [one / 2, one / 2, one / 2];
  for (let i = 0; i < weights.length; i++, at += step) {
    const weight = weights[i] as number;
    red += (data[at] as number) * weight;
    green += (data[at + 1] as number) * weight;
    blue += (data[at + 2] as number) * weight;
  }
  out[to] = clipped(red);
  out[to + 1] = clipped(green);
  out[to + 2] = clipped(blue);
}

function clipped(sum: number): number {
  return Math.min(255, Math.max(0, Math.floor(sum / one)));
}

function cubic(t: number): number {
  const a = -0.5;
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

function sinc(t: number): number {
  return t === 0 ? 1 : Math.sin(t * Math.PI) / (t * Math.PI);
}
