/** Turns a small grid of evidence (0 to 1) into a smooth picture to lay over a photograph. */

export type Grid = readonly (readonly number[])[];

/** Pixels as a canvas wants them: red, green, blue and alpha, row by row. */
interface Heat {
  width: number;
  height: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

// Evidence, then the colour laid over the picture there and how much of it. Where there is none the picture is
// darkened a little, so that what was seen stands out; lightness only grows, for eyes that see no colours.
const ramp: readonly (readonly [number, number, number, number, number])[] = [
  [0.0, 8, 20, 34, 0.4],
  [0.25, 70, 22, 92, 0.44],
  [0.5, 198, 50, 74, 0.5],
  [0.75, 250, 146, 24, 0.56],
  [1.0, 255, 234, 122, 0.64],
];

/** The strongest evidence in the grid. */
export function strongest(grid: Grid): number {
  return Math.max(0, ...grid.map((row) => Math.max(0, ...row)));
}

/** The grid as a coloured picture with `longest` pixels on its longer side, in the photograph's shape. */
export function heat(grid: Grid, shape: { width: number; height: number }, longest = 160): Heat {
  const scale = longest / Math.max(shape.width, shape.height, 1);
  const width = Math.max(1, Math.round(shape.width * scale));
  const height = Math.max(1, Math.round(shape.height * scale));
  const values = enlarge(soften(grid), width, height);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < values.length; i++) pixels.set(colour(values[i] ?? 0), i * 4);
  return { width, height, pixels };
}

/**
 * Takes away the steps in a grid that was laid together from several coarser ones, and keeps its strongest value.
 * A small grid has no such steps and stays as it is.
 */
export function soften(grid: Grid): Grid {
  const rows = grid.length;
  const columns = grid[0]?.length ?? 0;
  if (Math.min(rows, columns) < 12) return grid;
  const wide = grid.map((row) => blur(row, columns / 16));
  const tall = transpose(transpose(wide).map((column) => blur(column, rows / 16)));
  const scale = strongest(grid) / (strongest(tall) || 1);
  return tall.map((row) => row.map((value) => value * scale));
}

/** Enlarges a grid smoothly (Catmull-Rom in both directions), never leaving 0 to 1. */
export function enlarge(grid: Grid, width: number, height: number): Float32Array {
  const rows = grid.length;
  const columns = grid[0]?.length ?? 0;
  const result = new Float32Array(width * height);
  if (rows === 0 || columns === 0) return result;
  const across = taps(columns, width);
  const down = taps(rows, height);
  const wide = grid.map((row) => across.map((tap) => mix(tap, (at) => row[at] ?? 0)));
  down.forEach((tap, y) => {
    for (let x = 0; x < width; x++) {
      const value = mix(tap, (at) => wide[at]?.[x] ?? 0);
      result[y * width + x] = Math.min(1, Math.max(0, value));
    }
  });
  return result;
}

/** The colour and alpha (all 0 to 255) for evidence from 0 to 1. */
export function colour(value: number): [number, number, number, number] {
  const at = Math.min(1, Math.max(0, value));
  const upper = Math.max(
    1,
    ramp.findIndex(([stop]) => stop >= at),
  );
  const [from, to] = [ramp[upper - 1], ramp[upper]];
  if (!from || !to) return [0, 0, 0, 0];
  const part = (at - from[0]) / (to[0] - from[0]);
  const between = (i: 1 | 2 | 3 | 4) => from[i] + (to[i] - from[i]) * part;
  return [between(1), between(2), between(3), between(4) * 255];
}

/** A Gaussian blur that knows the edges: what lies past them counts for nothing. */
function blur(line: readonly number[], sigma: number): number[] {
  const reach = Math.ceil(3 * sigma);
  return line.map((_, i) => {
    let [sum, weights] = [0, 0];
    for (let j = Math.max(0, i - reach); j <= Math.min(line.length - 1, i + reach); j++) {
      const weight = Math.exp(-((i - j) ** 2) / (2 * sigma ** 2));
      sum += (line[j] ?? 0) * weight;
      weights += weight;
    }
    return sum / weights;
  });
}

function transpose(grid: Grid): number[][] {
  return (grid[0] ?? []).map((_, x) => grid.map((row) => row[x] ?? 0));
}

interface Tap {
  at: readonly [number, number, number, number];
  weight: readonly [number, number, number, number];
}

/** For each target pixel, the four source cells it is mixed from; cells past the edge repeat the edge. */
function taps(source: number, target: number): Tap[] {
  const inside = (i: number) => Math.min(source - 1, Math.max(0, i));
  return Array.from({ length: target }, (_, i) => {
    const centre = ((i + 0.5) * source) / target - 0.5;
    const first = Math.floor(centre);
    const t = centre - first;
    return {
      at: [inside(first - 1), inside(first), inside(first + 1), inside(first + 2)],
      weight: [
        (-t + 2 * t ** 2 - t ** 3) / 2,
        (2 - 5 * t ** 2 + 3 * t ** 3) / 2,
        (t + 4 * t ** 2 - 3 * t ** 3) / 2,
        (t ** 3 - t ** 2) / 2,
      ],
    };
  });
}

function mix(tap: Tap, value: (at: number) => number): number {
  return tap.at.reduce((sum, at, i) => sum + value(at) * (tap.weight[i] ?? 0), 0);
}
