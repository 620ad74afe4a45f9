import { beforeEach, describe, expect, it } from "vitest";
import { Selection } from "./selection.svelte";

const order = [10, 11, 12, 13, 14, 15];

describe("the selection", () => {
  let selection: Selection;
  beforeEach(() => {
    selection = new Selection();
    selection.only(12);
  });
  const chosen = () => [...selection.ids].sort();

  it("extends from where it began, to either side", () => {
    selection.extend(14, order);
    expect(chosen()).toEqual([12, 13, 14]);
    selection.extend(11, order);
    expect(chosen()).toEqual([11, 12]);
    expect(selection.cursor).toBe(11);
  });

  it("extends from the keyboard's place when nothing was chosen", () => {
    selection.clear();
    selection.point(14);
    selection.extend(15, order);
    expect(chosen()).toEqual([14, 15]);
  });

  it("toggles one without the others", () => {
    selection.toggle(15);
    selection.toggle(12);
    expect(chosen()).toEqual([15]);
  });

  it("forgets what has gone, and goes on with the next that is there", () => {
    selection.every(order);
    selection.point(13);
    selection.forget(new Set([13, 14]), order);
    expect(chosen()).toEqual([10, 11, 12, 15]);
    expect(selection.cursor).toBe(15);
    selection.forget(new Set([15]), [10, 11, 12, 15]);
    expect(selection.cursor).toBe(12);
  });

  it("means the entry with the frame after every move that chooses no more", () => {
    selection.every(order);
    selection.only(13); // an arrow or a click
    expect(selection.targets).toEqual([13]);
    selection.forget(new Set([13]), order); // filed, so that the filters find it no more
    expect(selection.targets).toEqual([14]);
    selection.extend(15, order);
    expect(selection.targets).toEqual([14, 15]);
    selection.clear();
    expect(selection.targets).toEqual([15]);
    selection.reset();
    expect(selection.targets).toEqual([]);
  });

  it("has everything while all is chosen", () => {
    selection.all = true;
    expect(selection.has(99)).toBe(true);
    selection.toggle(10);
    expect(selection.has(99)).toBe(false);
  });
});
