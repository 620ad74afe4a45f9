import { expect, it } from "vitest";
import type { Camera, Conditions } from "../api";
import { anything, conditionsOf, fieldsOf, zonesOf } from "./conditions";

const all: Conditions = {
  cameras: [2],
  classes: ["person", ""],
  zones: ["door"],
  confidence: 0.29,
  begin: "22:00",
  end: "06:00",
  days: [0, 6],
  dwell: 10,
  line: [0.07, 0, 0.5, 1],
  direction: "left",
  count: 3,
  within: 90,
  cool_down: 300,
};

it("conditions come back from the form as they went in", () => {
  expect(conditionsOf(fieldsOf(all))).toEqual(all);
  expect(conditionsOf(fieldsOf(anything))).toEqual(anything);
});

it("a form that is emptied asks for nothing", () => {
  const emptied = {
    ...fieldsOf(all),
    ...{ cameras: [], classes: [], zones: [], days: [], begin: "", end: "", lined: false },
    ...{ percent: null, dwell: null, coolDown: null, count: null, within: null, direction: "any" as const },
  };
  expect(conditionsOf(emptied)).toEqual(anything);
});

it("the form starts from a copy: what is typed changes no rule", () => {
  fieldsOf(all).cameras.push(9);
  expect(all.cameras).toEqual([2]);
});

it("zones are those of the chosen cameras, and those that the rule names", () => {
  const camera = (id: number, ...names: string[]) =>
    ({ id, zones: names.map((name) => ({ name, corners: [] })) }) as unknown as Camera;
  const cameras = [camera(1, "door", "yard"), camera(2, "door", "street")];
  expect(zonesOf(cameras, [], [])).toEqual(["door", "yard", "street"]);
  expect(zonesOf(cameras, [2], [])).toEqual(["door", "street"]);
  expect(zonesOf(cameras, [2], ["gone"])).toEqual(["door", "street", "gone"]);
});
