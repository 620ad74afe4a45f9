/** Gets files out of a drop, a paste or a file field, and names contents by their hash. Knows nothing of what is in them. */

const fields = "input, textarea, select, [contenteditable]";
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

/** Listens to pastes: hands over the files in each, which may be none, but nothing that is meant for a field or a
 *  window over the page. */
export const onPaste = (take: (files: File[]) => void) => (event: ClipboardEvent) => {
  if ((event.target as Element | null)?.closest?.(`${fields}, dialog`)) return;
  const files = [...(event.clipboardData?.files ?? [])];
  // A picture copied from a page has no name of its own.
  take(files.map((file) => (file.name ? file : new File([file], "pasted.png", { type: file.type }))));
};

/** For what is dragged over a page: where nothing takes it, it does not open in place of the page. Text goes into
 *  fields as ever. Listens before the places that take files, which then allow what they take. */
export function keepPage(event: DragEvent): void {
  const { target, dataTransfer } = event;
  if (!carriesFiles(dataTransfer) && (target as Element | null)?.closest?.(fields)) return;
  event.preventDefault();
  if (dataTransfer && event.type !== "drop") dataTransfer.dropEffect = "none";
}

/** SHA-256 in hex. A browser has it only on https and on the machine itself. */
export async function sha256(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As a file of a folder that was chosen has it: its place from the folder on. */
const withPath = (file: File, path: string): File =>
  Object.defineProperty(file, "webkitRelativePath", { value: path.replace(/^\//, "") });

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
      if (file) files.push(withPath(file, entry.fullPath));
    }
  }
}
