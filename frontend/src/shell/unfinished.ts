/** Remembers in this browser which files were not sent to the end, so that a page that was reloaded can offer to
 *  go on. Keeps names and sizes, no contents: a browser reads a file only after a person has chosen it. */

/** A file, and what it is recognised by when it is chosen again. */
export interface UnfinishedFile {
  name: string;
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
  /** The upload's id on the server; "" where it has none. */
  upload: string;
}

interface Row extends UnfinishedFile {
  kind: string;
  person: number | null;
  /** The open page that sends it. */
  visit: string;
}

export interface Unfinished {
  remember(files: readonly UnfinishedFile[]): Promise<void>;
  /** files: objects that were remembered, or came from `left`. */
  forget(files: readonly UnfinishedFile[]): Promise<void>;
  /** What earlier pages of this person left, and no open page is sending. */
  left(): Promise<UnfinishedFile[]>;
}

const visit = `${Date.now()}-${Math.random()}`; // randomUUID is missing on plain http
const storeName = "files";
const answerTime = 300; // milliseconds in which other open pages say that they are there

export const describe = ({ name, size, lastModified }: File): UnfinishedFile => ({
  name,
  size,
  modified: lastModified,
  upload: "",
});

export const sameFile = (one: UnfinishedFile, other: UnfinishedFile): boolean =>
  one.name === other.name && one.size === other.size && one.modified === other.modified;

/** Nothing is remembered where the browser stores nothing, as some do in private windows. */
export class StoredUnfinished implements Unfinished {
  readonly #keys = new WeakMap<UnfinishedFile, string>();
  #last = 0;

  /** kind: what the files are sent for. person: whose they are; nobody else is shown their names. */
  constructor(
    private readonly kind: string,
    private readonly person: () => number | null,
  ) {
    pages(); // from now on this page answers others
  }

  async remember(files: readonly UnfinishedFile[]): Promise<void> {
    const common = { kind: this.kind, person: this.person(), visit };
    const rows = files.map((file): [string, Row] => {
      const key = `${this.kind} ${visit} ${(this.#last += 1)}`;
      this.#keys.set(file, key);
      return [key, { ...file, ...common }];
    });
    await change((store) => rows.forEach(([key, row]) => store.put(row, key)));
  }

  async forget(files: readonly UnfinishedFile[]): Promise<void> {
    const keys = files.map((file) => this.#keys.get(file)).filter((key) => key !== undefined);
    for (const file of files) this.#keys.delete(file);
    await change((store) => keys.forEach((key) => store.delete(key)));
  }

  async left(): Promise<UnfinishedFile[]> {
    const [rows, open] = await Promise.all([allRows(), openPages()]);
    const person = this.person();
    const left = rows.filter(
      ([, row]) => row.kind === this.kind && row.person === person && !open.has(row.visit),
    );
    for (const [key, row] of left) this.#keys.set(row, key);
    return left.map(([, row]) => row);
  }
}

let opening: Promise<IDBDatabase | null> | undefined;
function database(): Promise<IDBDatabase | null> {
  opening ??= new Promise((done) => {
    const none = () => done(null);
    if (typeof indexedDB === "undefined") return none();
    try {
      const asked = indexedDB.open("tenfold.unfinished", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(storeName);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = asked.onblocked = none;
    } catch {
      none(); // storage is switched off
    }
  });
  return opening;
}

async function change(work: (store: IDBObjectStore) => void): Promise<void> {
  const opened = await database();
  if (!opened) return;
  await new Promise<void>((done) => {
    const transaction = opened.transaction(storeName, "readwrite");
    transaction.oncomplete = transaction.onabort = () => done(); // a full disk: it is not remembered
    work(transaction.objectStore(storeName));
  });
}

async function allRows(): Promise<[string, Row][]> {
  const opened = await database();
  if (!opened) return [];
  return await new Promise((done) => {
    const transaction = opened.transaction(storeName);
    const [keys, rows] = [
      transaction.objectStore(storeName).getAllKeys(),
      transaction.objectStore(storeName).getAll() as IDBRequest<Row[]>,
    ];
    transaction.oncomplete = () => done(rows.result.map((row, at) => [String(keys.result[at]), row]));
    transaction.onabort = () => done([]);
  });
}

let channel: BroadcastChannel | undefined;
function pages(): BroadcastChannel | undefined {
  if (channel || typeof BroadcastChannel === "undefined") return channel;
  channel = new BroadcastChannel("tenfold.unfinished");
  channel.addEventListener("message", ({ data }) => data === "who" && channel?.postMessage(visit));
  return channel;
}

/** The visits of all open pages, this one among them. */
async function openPages(): Promise<Set<string>> {
  const open = new Set([visit]);
  const heard = ({ data }: MessageEvent<string>) => void open.add(data);
  pages()?.addEventListener("message", heard);
  pages()?.postMessage("who");
  await new Promise((done) => setTimeout(done, answerTime));
  pages()?.removeEventListener("message", heard);
  return open;
}
