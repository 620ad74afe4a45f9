/** What Vite does for the phone app: where its files stand, and which of them its service worker keeps; and which
 *  files an exported model takes with it.
 *
 *  Whatever its worker loads stands below /phone: there the server sends the headers that WebAssembly and threads
 *  need, and there the service worker answers when the server is gone. */
import type { Plugin, Rollup } from "vite";
import lock from "./package-lock.json" with { type: "json" };

const page = "phone.html";
const serviceWorker = "phone-service-worker.js";
// What `tenfold export --to web` packs: a page and a module, with all that they load.
const exported = { page: "exported.html", module: "classifier.js", list: "exported/files.json" };

interface Named {
  name?: string;
  names?: readonly string[];
}

/** The name pattern of a chunk or asset. */
export function placed({ name, names }: Named): string {
  const called = name ?? names?.[0] ?? "";
  if (called === "service-worker") return serviceWorker;
  if (called === "worker") return "phone/[name]-[hash].js";
  // Not every web server knows the ending .mjs.
  if (called.startsWith("ort-")) return `phone/[name]-[hash]${called.endsWith(".mjs") ? ".js" : "[extname]"}`;
  if (called === "classifier") return exported.module;
  return called.includes(".") ? "assets/[name]-[hash][extname]" : "assets/[name]-[hash].js";
}

export function phoneApp(): Plugin {
  return {
    name: "phone-app",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const files = filesOf(bundle, page);
        const contents = files.map((file) => contentOf(bundle[file]));
        fill(bundle[serviceWorker], {
          __FILES__: JSON.stringify(files.map((file) => (file === page ? "/phone" : `/${file}`))),
          __VERSION__: JSON.stringify(await versionOf(contents)),
        });
        const taken = [...filesOf(bundle, exported.page, exported.module), "fan.svg"];
        this.emitFile({
          ...{ type: "asset", fileName: exported.list },
          source: JSON.stringify({
            "onnxruntime-web": lock.packages["node_modules/onnxruntime-web"].version,
            files: taken,
          }),
        });
        for (const file of files.filter((file) => file.endsWith(".wasm"))) {
          const source = await compressed(contentOf(bundle[file]));
          this.emitFile({ type: "asset", fileName: `${file}.gz`, source });
          delete bundle[file];
        }
      },
    },
  };
}

/** A page, and all that it, more scripts and the worker may ever load. */
function filesOf(bundle: Rollup.OutputBundle, page: string, ...scripts: string[]): string[] {
  const found = new Set([page]);
  const waiting = Object.values(bundle).flatMap((one) =>
    one.type === "chunk" && one.facadeModuleId?.endsWith(page) ? [one.fileName] : [],
  );
  waiting.push(...scripts);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const one = bundle[file];
    if (found.has(file) || one?.type !== "chunk") continue;
    found.add(file);
    waiting.push(...one.imports, ...one.dynamicImports);
    for (const more of [
      ...(one.viteMetadata?.importedCss ?? []),
      ...(one.viteMetadata?.importedAssets ?? []),
    ]) {
      found.add(more);
    }
  }
  for (const file of Object.keys(bundle)) if (file.startsWith("phone/")) found.add(file);
  return [...found].sort();
}

function contentOf(one: Rollup.OutputAsset | Rollup.OutputChunk | undefined): Blob {
  if (!one) throw new Error("a file of the phone app is not in the build");
  return new Blob([one.type === "chunk" ? one.code : (one.source as BlobPart)]);
}

async function versionOf(contents: Blob[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(contents).arrayBuffer());
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function compressed(content: Blob): Promise<Uint8Array> {
  const packed = content.stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function fill(
  one: Rollup.OutputAsset | Rollup.OutputChunk | undefined,
  values: Record<string, string>,
): void {
  if (one?.type !== "chunk") throw new Error("the build has no service worker");
  for (const [name, value] of Object.entries(values)) one.code = one.code.replace(name, () => value);
}
