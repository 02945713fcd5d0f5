import { builtinModules } from "node:module";
import { defineConfig } from "vite";
import { externals } from "./electron/packaging.ts";

/** The desktop's Node-side entries: native packages stay outside the bundle. */
export default defineConfig({
  build: {
    target: "node24",
    rollupOptions: {
      external: [
        "electron",
        ...builtinModules,
        ...builtinModules.map((name) => `node:${name}`),
        ...externals,
        /^@lancedb\//,
        /^pdfjs-dist\//,
        /^@cornerstonejs\/codec-/,
      ],
    },
  },
});
