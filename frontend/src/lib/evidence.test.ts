import { describe, expect, it } from "vitest";
import { colour, enlarge, heat, strongest } from "./evidence";

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
