import { describe, expect, it } from "vitest";
import { carriesFiles, droppedFiles, pastedFiles } from "./files";

const file = (name: string) => new File(["x"], name, { type: "image/png" });

const fileEntry = (name: string) => ({
  name,
  isDirectory: false,
  file: (done: (f: File) => void) => done(file(name)),
});

function folderEntry(name: string, children: object[]) {
  const createReader = () => {
    const left = [...children];
    return { readEntries: (done: (some: object[]) => void) => done(left.splice(0, 2)) };
  };
  return { name, isDirectory: true, createReader };
}

function transfer(entries: { name: string; isDirectory: boolean }[]): DataTransfer {
  const items = entries.map((entry) => ({
    kind: "file",
    webkitGetAsEntry: () => entry,
    getAsFile: () => file(entry.name),
  }));
  return { items, types: ["Files"] } as unknown as DataTransfer;
}

describe("droppedFiles", () => {
  it("gives files and, in order, what is in folders, but not hidden files", async () => {
    const inner = folderEntry("inner", [fileEntry("z.png")]);
    const folder = folderEntry("photos", [
      fileEntry("p10.png"),
      fileEntry(".DS_Store"),
      fileEntry("p2.png"),
      inner,
    ]);
    const files = await droppedFiles(transfer([fileEntry("one.png"), folder]));
    expect(files.map((f) => f.name)).toEqual(["one.png", "z.png", "p2.png", "p10.png"]);
  });
});

describe("pastedFiles", () => {
  it("names a picture that has no name", () => {
    const pasted = { files: [file(""), file("shot.png")] } as unknown as DataTransfer;
    const files = pastedFiles(pasted, "pasted.png");
    expect(files.map((f) => [f.name, f.type])).toEqual([
      ["pasted.png", "image/png"],
      ["shot.png", "image/png"],
    ]);
  });
  it("gives nothing for pasted text", () => {
    expect(pastedFiles({ files: [] } as unknown as DataTransfer, "p")).toEqual([]);
    expect(pastedFiles(null, "p")).toEqual([]);
  });
});

describe("carriesFiles", () => {
  it("tells files from text", () => {
    expect(carriesFiles(transfer([]))).toBe(true);
    expect(carriesFiles({ types: ["text/plain"] } as unknown as DataTransfer)).toBe(false);
    expect(carriesFiles(null)).toBe(false);
  });
});
