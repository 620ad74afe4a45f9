import { describe, expect, it } from "vitest";
import { carriesFiles, droppedFiles, keepPage, onPaste } from "./files";

const file = (name: string) => new File(["x"], name, { type: "image/png" });

const fileEntry = (name: string, fullPath = `/${name}`) => ({
  name,
  fullPath,
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
  it("says where in its folder each file is, as for a folder that was chosen", async () => {
    const folder = folderEntry("animals", [folderEntry("cat", [fileEntry("a.png", "/animals/cat/a.png")])]);
    const [found] = await droppedFiles(transfer([folder]));
    expect(found?.webkitRelativePath).toBe("animals/cat/a.png");
  });
});

/** An element for which `closest` finds itself or what it is in. */
const element = (...within: string[]) => ({
  closest: (asked: string) => (asked.split(", ").some((one) => within.includes(one)) ? {} : null),
});

const paste = (files: File[] | null, ...within: string[]) =>
  ({ target: element(...within), clipboardData: files && { files } }) as unknown as ClipboardEvent;

function pastedFiles(event: ClipboardEvent): File[] | null {
  let taken: File[] | null = null;
  onPaste((files) => (taken = files))(event);
  return taken;
}

describe("onPaste", () => {
  it("names a picture that has no name", () => {
    const files = pastedFiles(paste([file(""), file("shot.png")]));
    expect(files?.map((f) => [f.name, f.type])).toEqual([
      ["pasted.png", "image/png"],
      ["shot.png", "image/png"],
    ]);
  });
  it("gives no files for pasted text", () => {
    expect(pastedFiles(paste([]))).toEqual([]);
    expect(pastedFiles(paste(null))).toEqual([]);
  });
  it("leaves what is pasted into a field or a window to it: a password is no failed picture", () => {
    for (const place of ["input", "textarea", "dialog"]) {
      expect(pastedFiles(paste([], place))).toBeNull();
      expect(pastedFiles(paste([file("a.png")], place))).toBeNull();
    }
  });
});

describe("keepPage", () => {
  function dragged(type: string, kinds: string[], ...within: string[]) {
    let prevented = false;
    const dataTransfer = { types: kinds, dropEffect: "copy" };
    const event = {
      type,
      dataTransfer,
      target: element(...within),
      preventDefault: () => (prevented = true),
    };
    keepPage(event as unknown as DragEvent);
    return { prevented, effect: dataTransfer.dropEffect };
  }
  it("lets no file and no link open in place of the page", () => {
    for (const kinds of [["Files"], ["text/uri-list", "text/plain"]]) {
      expect(dragged("dragover", kinds)).toEqual({ prevented: true, effect: "none" });
      expect(dragged("drop", kinds).prevented).toBe(true);
    }
  });
  it("lets text into fields, but no files", () => {
    expect(dragged("dragover", ["text/plain"], "input")).toEqual({ prevented: false, effect: "copy" });
    expect(dragged("dragover", ["Files"], "input").prevented).toBe(true);
  });
});

describe("carriesFiles", () => {
  it("tells files from text", () => {
    expect(carriesFiles(transfer([]))).toBe(true);
    expect(carriesFiles({ types: ["text/plain"] } as unknown as DataTransfer)).toBe(false);
    expect(carriesFiles(null)).toBe(false);
  });
});
