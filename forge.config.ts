import type { ForgeConfig } from "@electron-forge/shared-types";
import { FusesPlugin } from "@electron-forge/plugin-fuses";
import { VitePlugin } from "@electron-forge/plugin-vite";
import { FuseV1Options, FuseVersion } from "@electron/fuses";
import { ignorePath, unpackFolder, unpackPattern } from "./electron/packaging.ts";

// Playwright drives a packaged app through Node's inspector; only end-to-end builds leave that fuse on.
const endToEnd = process.env["EVIDESK_E2E_BUILD"] === "1";
const { APPLE_ID, APPLE_PASSWORD, APPLE_TEAM } = process.env;

const config: ForgeConfig = {
  packagerConfig: {
    name: "Evidesk",
    executableName: "evidesk",
    appBundleId: "org.evidesk.desk",
    asar: { unpack: unpackPattern, unpackDir: unpackFolder },
    ignore: ignorePath(import.meta.dirname, process.platform, process.arch),
    ...(APPLE_ID && APPLE_PASSWORD && APPLE_TEAM
      ? {
          osxSign: {},
          osxNotarize: { appleId: APPLE_ID, appleIdPassword: APPLE_PASSWORD, teamId: APPLE_TEAM },
        }
      : {}),
  },
  makers: [
    { name: "@electron-forge/maker-zip", platforms: ["darwin"], config: {} },
    { name: "@electron-forge/maker-squirrel", config: {} },
    { name: "@electron-forge/maker-deb", config: { options: { categories: ["Science"] } } },
  ],
  plugins: [
    new VitePlugin({
      build: [
        { entry: "electron/main.ts", config: "vite.main.config.ts", target: "main" },
        { entry: "electron/backend.ts", config: "vite.main.config.ts", target: "main" },
        { entry: "electron/worker.ts", config: "vite.main.config.ts", target: "main" },
        {
          entry: "electron/features/extraction/pdf-thread.ts",
          config: "vite.main.config.ts",
          target: "main",
        },
        {
          entry: "electron/features/imaging/decode-thread.ts",
          config: "vite.main.config.ts",
          target: "main",
        },
        { entry: "electron/preload.ts", config: "vite.main.config.ts", target: "preload" },
      ],
      // The page is built by `npm run build` and served by the app's own scheme.
      renderer: [],
    }),
    new FusesPlugin({
      version: FuseVersion.V1,
      strictlyRequireAllFuses: true,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: endToEnd,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
      [FuseV1Options.WasmTrapHandlers]: true,
    }),
  ],
};

export default config;
