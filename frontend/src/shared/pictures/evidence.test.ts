import { describe, expect, it } from "vitest";
import { colour, enlarge, heat, soften, strongest } from "./evidence";

describe("enlarge", () => {
  it("keeps an even grid even", () => {
    const big = enlarge(
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
      9,
      7,
    );
    expect(big).toHaveLength(63);
    for (const value of big) expect(value).toBeCloseTo(0.5);
  });

  it("keeps the values of the cells at their centres", () => {
    const grid = [
      [0, 1, 0],
      [0.2, 0.4, 0.6],
      [1, 0, 1],
    ];
    const big = enlarge(grid, 9, 9);
    grid.forEach((row, y) =>
      row.forEach((value, x) => expect(big[(y * 3 + 1) * 9 + x * 3 + 1]).toBeCloseTo(value)),
    );
  });

  it("puts evidence where it was seen and stays within 0 to 1", () => {
    const big = enlarge(
      [
        [0, 0, 0, 0],
        [0, 0, 0, 1],
      ],
      40,
      20,
    );
    expect(Math.max(...big)).toBeLessThanOrEqual(1);
    expect(Math.min(...big)).toBeGreaterThanOrEqual(0);
    expect(big[19 * 40 + 39]).toBeGreaterThan(0.9);
    expect(big[0]).toBeCloseTo(0);
  });

  it("gives nothing for an empty grid", () => {
    expect(Math.max(...enlarge([], 4, 4))).toBe(0);
  });
});

describe("soften", () => {
  const step = Array.from({ length: 28 }, () => Array.from({ length: 28 }, (_, x) => (x < 14 ? 0 : 0.8)));

  it("makes a slope of a step, without turning back and without losing the strongest value", () => {
    const row = soften(step)[10] ?? [];
    for (let x = 1; x < row.length; x++) expect(row[x]).toBeGreaterThanOrEqual((row[x - 1] ?? 1) - 1e-9);
    expect((row[14] ?? 0) - (row[13] ?? 0)).toBeLessThan(0.3);
    expect(strongest(soften(step))).toBeCloseTo(0.8);
    expect(row[0]).toBeCloseTo(0);
  });

  it("leaves the strongest evidence where it was", () => {
    const spot = step.map((row, y) => row.map((_, x) => (x > 18 && x < 23 && y > 3 && y < 8 ? 1 : 0)));
    const soft = soften(spot);
    const [, x, y] = soft
      .flatMap((row, y) => row.map((value, x) => [value, x, y] as const))
      .reduce((a, b) => (b[0] > a[0] ? b : a));
    expect(x).toBeGreaterThan(18);
    expect(x).toBeLessThan(23);
    expect(y).toBeGreaterThan(3);
    expect(y).toBeLessThan(8);
  });

  it("leaves a small grid and an empty one alone", () => {
    expect(
      soften([
        [0, 1],
        [1, 0],
      ]),
    ).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(Math.max(...soften(step.map((row) => row.map(() => 0))).flat())).toBe(0);
  });
});

describe("heat", () => {
  it("has the photograph's shape", () => {
    const { width, height, pixels } = heat([[0, 1]], { width: 4000, height: 1000 }, 160);
    expect([width, height, pixels.length]).toEqual([160, 40, 160 * 40 * 4]);
  });

  it("is drawn more strongly where there is evidence", () => {
    const { pixels } = heat([[0, 1]], { width: 8, height: 8 }, 8);
    expect(pixels[7 * 4]).toBeGreaterThan(200);
    expect(pixels[7 * 4 + 3]).toBeGreaterThan(pixels[3] ?? 255);
  });
});

describe("colour", () => {
  it("is defined for every value, also outside 0 to 1", () => {
    for (const value of [-1, 0, 0.001, 0.3, 0.999, 1, 2]) {
      for (const part of colour(value)) {
        expect(part).toBeGreaterThanOrEqual(0);
        expect(part).toBeLessThanOrEqual(255);
      }
    }
  });
});

describe("strongest", () => {
  it("is the largest value, and 0 where there is none", () => {
    expect(
      strongest([
        [0.1, 0.7],
        [0.3, 0.2],
      ]),
    ).toBe(0.7);
    expect(strongest([])).toBe(0);
  });
});
