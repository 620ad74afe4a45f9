import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { phoneApp, placed } from "./phone-app.ts";

// `npm run dev` shows the page with reload on save; the API comes from `tenfold serve` on its usual port.
const api = "http://127.0.0.1:8000";

export default defineConfig({
  base: "./", // the server writes in front of each address where it is served
  plugins: [svelte(), phoneApp()],
  assetsInclude: ["**/*.gz"], // test vectors
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", "module", "browser", "development|production"] },
  worker: { format: "es", rollupOptions: { output: { entryFileNames: placed, assetFileNames: placed } } },
  build: {
    rollupOptions: {
      input: [
        ...["index.html", "phone.html", "src/phone/service-worker.ts"],
        ...["exported.html", "src/exported/classifier.ts"],
      ],
      preserveEntrySignatures: "exports-only", // of classifier.js, for programs of others
      output: { entryFileNames: placed, assetFileNames: placed },
    },
    outDir: "../src/tenfold/web/static",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the server's content security policy allows no data: addresses
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: {
    proxy: { "/api": api, "/healthz": api },
    fs: { allow: [".."] },
  } /* the style of charts is of the reports */,
  test: { include: ["src/**/*.test.ts"], css: true } /* or a style sheet reads as empty */,
});
