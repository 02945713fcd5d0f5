/** Builds the page. File names carry content hashes under `assets-built/`, which hosts may cache for ever. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Character maps, standard fonts and decoders that pdf.js fetches by name while it reads a paper. */
function pdfData(): Plugin {
  const from = join(import.meta.dirname, "node_modules", "pdfjs-dist");
  return {
    name: "pdf-data",
    apply: "build",
    writeBundle({ dir }) {
      for (const folder of ["cmaps", "standard_fonts", "wasm", "iccs"]) {
        cpSync(join(from, folder), join(dir ?? "", "pdf", folder), { recursive: true });
      }
    },
  };
}

export default defineConfig({
  root: "renderer",
  base: "/",
  plugins: [react(), pdfData()],
  resolve: {
    alias: { xmlbuilder2: join(import.meta.dirname, "renderer/features/read/no-xml.ts") },
  },
  worker: { format: "es" },
  build: {
    outDir: "../dist/renderer",
    emptyOutDir: true,
    assetsDir: "assets-built",
    // Inlined data: URLs would need a wider content security policy.
    assetsInlineLimit: 0,
    target: "es2024",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2500,
  },
});
