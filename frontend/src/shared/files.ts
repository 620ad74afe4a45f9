/** Gets files out of a drop, a paste or a file field, and names contents by their hash. Knows nothing of what is in them. */

const usualMost = 2000; // a dropped photo library must not freeze the page

/** True while files, and not a piece of text, are dragged. */
export function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes("Files") ?? false;
}

/** Every file in a drop, those in dropped folders too, sorted by name within a folder. */
export async function droppedFiles(transfer: DataTransfer, most = usualMost): Promise<File[]> {
  // Entries must be taken before the first wait: the browser empties the transfer when the event is over.
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const taken = items.map((item) => ({ entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile() }));
  const files: File[] = [];
  for (const { entry, file } of taken) {
    if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, files, most);
    else if (file) files.push(file);
  }
  return files;
}

/** The pictures in a paste. A picture copied from a page has no name of its own and gets `fallback`. */
export function pastedFiles(transfer: DataTransfer | null, fallback: string): File[] {
  const files = [...(transfer?.files ?? [])];
  return files.map((file) => (file.name ? file : new File([file], fallback, { type: file.type })));
}

/** SHA-256 in hex. A browser has it only on https and on the machine itself. */
export async function sha256(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function walk(folder: FileSystemDirectoryEntry, files: File[], most: number): Promise<void> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done) => reader.readEntries(done, () => done([])));
    if (some.length === 0) break; // the browser gives at most 100 at a time
    entries.push(...some);
  }
  entries.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  for (const entry of entries) {
    if (files.length >= most) return;
    if (entry.name.startsWith(".")) continue; // .DS_Store and the like
    if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, files, most);
    else {
      const file = await new Promise<File | null>((done) =>
        (entry as FileSystemFileEntry).file(done, () => done(null)),
      );
      if (file) files.push(file);
    }
  }
}
