/** The phone app's service worker: keeps its files, so that it opens with the server gone. Everything else, the API
 *  above all, goes to the network. A new version waits until somebody asks for it. */
export {};

// Put in by the build: the addresses of the app's files, and a name for just these files.
declare const __FILES__: readonly string[];
declare const __VERSION__: string;

/** What is used of the worker's own world, which TypeScript's types for pages do not have. */
interface LifeEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Fetching extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface World {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(name: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(name: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(name: "message", listener: (event: MessageEvent<unknown>) => void): void;
}
const world = self as unknown as World;

const root = location.pathname.replace(/\/[^/]*$/, ""); // what stands before each of the server's addresses
const files = __FILES__.map((file) => root + file);
const prefix = "tenfold-phone-";
const cacheName = prefix + __VERSION__;
const known = new Set(files);

world.addEventListener("install", (event) => event.waitUntil(keepFiles()));
world.addEventListener("activate", (event) => event.waitUntil(takeOver()));
world.addEventListener("message", ({ data }) => {
  if (data === "update") void world.skipWaiting();
});
world.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || !known.has(pathname)) return;
  event.respondWith(answer(pathname));
});

/** All or nothing: where one file does not come, the version before stays. */
async function keepFiles(): Promise<void> {
  const cache = await caches.open(cacheName);
  await Promise.all(
    files.map(async (file) => {
      // Names with a hash never change their content: the runtime is not fetched again for each version.
      const same = hashed(file) ? await caches.match(file) : undefined;
      await cache.put(file, same ?? (await fetched(file)));
    }),
  );
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await world.clients.claim();
}

async function answer(file: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(file);
  if (kept) return kept;
  // The browser deleted it to make room: it is kept once more.
  const again = await fetched(file);
  await cache.put(file, again.clone());
  return again;
}

async function fetched(file: string): Promise<Response> {
  const response = await fetch(file, { cache: hashed(file) ? "default" : "reload" });
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response;
}

function hashed(file: string): boolean {
  return file.startsWith(`${root}/assets/`) || file.startsWith(`${root}/phone/`);
}
