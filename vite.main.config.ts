import { builtinModules } from "node:module";
import { defineConfig } from "vite";
import { externals } from "./electron/packaging.ts";

/** The desktop's Node-side entries: native packages stay outside the bundle. */
export default defineConfig({
  // What is not named below goes into the bundle, also from node_modules.
  ssr: { noExternal: true },
  build: {
    target: "node24",
    // For Node, not for a page: without it `import.meta.url` is lost in the bundle.
    ssr: true,
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
