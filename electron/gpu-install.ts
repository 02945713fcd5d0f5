/** `npm run gpu:install`: fetches onnxruntime's CUDA libraries, which the ordinary installation leaves out. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));

if (process.platform !== "linux" || process.arch !== "x64") {
  process.stdout.write(
    "CUDA libraries exist for Linux on x64 only; Windows uses DirectML and macOS CoreML, which are installed already.\n",
  );
} else {
  const { status } = spawnSync(process.execPath, [join(folder, "script", "install.js")], {
    stdio: "inherit",
    env: {
      ...process.env,
      ONNXRUNTIME_NODE_INSTALL: "cuda12",
      npm_config_onnxruntime_node_install: "cuda12",
    },
  });
  if (status !== 0)
    process.stdout.write(
      "The CUDA libraries could not be fetched (api.nuget.org must be reachable). Evidesk goes on with the CPU.\n",
    );
  process.exitCode = status ?? 1;
}
