/** The app's own store in the browser (IndexedDB): models, and pictures that are not sent yet. Knows no page. */

export interface StoredModel {
  /** SHA-256 of the file. */
  hash: string;
  content: ArrayBuffer;
}

/** The model in use and the one before, by their hashes. */
export interface Chosen {
  current: string | null;
  previous: string | null;
}

export interface Unsent {
  /** SHA-256 of the picture: the server keeps the same content once, however often it is sent. */
  id: string;
  name: string;
  picture: Blob;
  /** When it was put here, in milliseconds since 1970. */
  at: number;
  /** The server refused it for good: it is too large, say. */
  refused: boolean;
}

const name = "tenfold-phone";
const version = 1; // a later app adds stores and leaves these as they are: an older one may be open beside it
type StoreName = "models" | "chosen" | "unsent";

let opened: Promise<IDBDatabase> | null = null;

async function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((done, failed) => {
    const asked = indexedDB.open(name, version);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("models", { keyPath: "hash" });
      asked.result.createObjectStore("chosen");
      asked.result.createObjectStore("unsent", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      asked.result.onclose = () => (opened = null);
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error ?? new Error("IndexedDB"));
  });
  try {
    return await opened;
  } catch (error) {
    opened = null;
    throw error;
  }
}

/** Runs `work` in one transaction and gives its request's result once everything is on the disk. */
async function transact<T>(
  stores: StoreName[],
  mode: IDBTransactionMode,
  work: (store: (name: StoreName) => IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = (await open()).transaction(stores, mode, { durability: "strict" });
  const request = work((store) => transaction.objectStore(store));
  await new Promise<void>((done, failed) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => failed(transaction.error ?? new Error("the transaction was aborted"));
  });
  return request.result;
}

export async function chosen(): Promise<Chosen> {
  const found = await transact(["chosen"], "readonly", (store) => store("chosen").get("models"));
  return (found as Chosen | undefined) ?? { current: null, previous: null };
}

export async function storedModel(hash: string): Promise<StoredModel | null> {
  const found = await transact(["models"], "readonly", (store) => store("models").get(hash));
  return (found as StoredModel | undefined) ?? null;
}

/** Keeps a model and makes it the one in use, in one step; of all others only the one before stays. */
export async function switchTo(model: StoredModel): Promise<void> {
  const { current, previous } = await chosen();
  const before = current === model.hash ? previous : current;
  await transact(["models", "chosen"], "readwrite", (store) => {
    const models = store("models");
    const keys = models.getAllKeys();
    keys.onsuccess = () => {
      for (const key of keys.result) if (key !== model.hash && key !== before) models.delete(key);
    };
    models.put(model);
    return store("chosen").put({ current: model.hash, previous: before } satisfies Chosen, "models");
  });
}

export async function allUnsent(): Promise<Unsent[]> {
  const found = await transact(["unsent"], "readonly", (store) => store("unsent").getAll());
  return (found as Unsent[]).sort((a, b) => a.at - b.at);
}

export async function putUnsent(one: Unsent): Promise<void> {
  await transact(["unsent"], "readwrite", (store) => store("unsent").put(one));
}

export async function deleteUnsent(id: string): Promise<void> {
  await transact(["unsent"], "readwrite", (store) => store("unsent").delete(id));
}
