/** Builds the page. File names carry content hashes under `assets-built/`, which hosts may cache for ever. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: "renderer",
  base: "/",
  plugins: [react()],
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
