import { describe, expect, it } from "vitest";
import { caption, heightOf, inSight, layOut, moved } from "./layout";

describe("the grid", () => {
  it("has as many columns as fit, and one at least", () => {
    expect(layOut(1000, 180, 14).columns).toBe(5);
    expect(layOut(290, 130, 10).columns).toBe(2);
    expect(layOut(60, 130, 10)).toMatchObject({ columns: 1, tile: 60 });
  });

  it("draws what is in sight and a little around it, of however many", () => {
    const layout = layOut(1000, 190, 10);
    const { first, last, offset } = inSight(layout, 10_000, 50_000, 50_900);
    expect(last - first).toBeLessThan(80);
    expect(first % layout.columns).toBe(0);
    expect(offset).toBe((first / layout.columns) * layout.row);
    expect(offset).toBeLessThan(50_000);
    expect(offset + ((last - first) / layout.columns) * layout.row).toBeGreaterThan(50_900);
  });

  it("is as high as all its rows, and draws nothing past its end", () => {
    const layout = layOut(500, 100, 0);
    expect(heightOf(layout, 11)).toBe(3 * (100 + caption));
    expect(heightOf(layout, 0)).toBe(0);
    expect(inSight(layout, 3, 9000, 9900)).toMatchObject({ first: 0, last: 3 });
  });
});

describe("the arrow keys", () => {
  const go = (key: string, from: number) => moved(key, from, 11, 4, 2);
  it("move within the grid and stop at its edges", () => {
    expect(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map((key) => go(key, 5))).toEqual([
      6, 4, 9, 1,
    ]);
    expect(["ArrowLeft", "ArrowUp"].map((key) => go(key, 0))).toEqual([0, 0]);
    expect(["ArrowRight", "ArrowDown"].map((key) => go(key, 10))).toEqual([10, 10]);
    expect(["Home", "End", "PageDown", "PageUp"].map((key) => go(key, 5))).toEqual([0, 10, 10, 0]);
  });
  it("leave other keys alone", () => {
    expect(go("x", 5)).toBeNull();
  });
});
