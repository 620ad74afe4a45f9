import { describe, expect, it } from "vitest";
import { toCsv, toJson, type SavedRow } from "./result-files";

const good: SavedRow = {
  name: "cat.jpg",
  width: 640,
  height: 480,
  prediction: {
    label: "cat",
    confidence: 0.9,
    known: true,
    novelty: 0.25,
    probabilities: { cat: 0.9, dog: 0.1 },
    evidence: { cat: [[1]], dog: [[0]] },
  },
  problem: null,
};
const bad: SavedRow = {
  name: "n.txt",
  width: null,
  height: null,
  prediction: null,
  problem: 'n.txt is "no" picture',
};

describe("toCsv", () => {
  it("has a column for every class and quotes what needs it", () => {
    const lines = toCsv([good, bad], ["cat", "dog"]).split("\r\n");
    expect(lines[0]).toBe("\uFEFFname,width,height,label,confidence,known,novelty,cat,dog,problem");
    expect(lines[1]).toBe("cat.jpg,640,480,cat,0.9,true,0.25,0.9,0.1,");
    expect(lines[2]).toBe('n.txt,,,,,,,,,"n.txt is ""no"" picture"');
    expect(lines[3]).toBe("");
  });

  it("lets no file name run as a formula", () => {
    for (const name of ["=1+1.jpg", "+x", "-x", "@x", "\tx", " =x", "＝x"]) {
      expect(toCsv([{ ...bad, name }], []).split("\r\n")[1]).toContain(`'${name}`);
    }
  });
});

describe("toJson", () => {
  it("gives the answers without the evidence", () => {
    const [first, second] = JSON.parse(toJson([good, bad]));
    expect(first.prediction).toEqual({
      label: "cat",
      confidence: 0.9,
      known: true,
      novelty: 0.25,
      probabilities: { cat: 0.9, dog: 0.1 },
    });
    expect(second).toEqual(bad);
  });
});
