/**
 * Peak memory of all processes while a CT of 512 × 512 × 300 voxels is outlined from the command line:
 * `npm run bench volume-memory [CT] [PACK FOLDER or ID …]`. Without a CT a made-up body is written; without packs
 * it runs ct-tissue and a tiny network with class prompts over windows. Linux only: it adds up what /proc says each process holds for itself (PSS).
 * A run is ended after 60 seconds (`LIMIT=600` for as many): what it held until then is told as such.
 */
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeNifti } from "../imaging/nifti.ts";

const program = fileURLToPath(new URL("../../evidesk.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "evidesk-memory-"));
const given = process.argv.slice(2).filter((argument) => argument !== "volume-memory");
const [first, ...rest] = given;
const isImage = first !== undefined && /\.nii(\.gz)?$/.test(first);
const packs = isImage ? rest : given;
const image = isImage ? first : madeUp();

const limit = Number(process.env["LIMIT"] ?? 60);

/** An oval body of soft tissue with two lungs above the middle and a spine, in air. */
function madeUp(): string {
  const shape: [number, number, number] = [512, 512, 300];
  const [nx, ny, nz] = shape;
  const data = new Int16Array(nx * ny * nz);
  const [lower, upper] = [slice(false), slice(true)];
  for (let z = 0; z < nz; z += 1) data.set(z > nz / 2 ? upper : lower, z * nx * ny);
  const path = join(folder, "made-up.nii");
  const affine = [-0.8, 0, 0, 205, 0, -0.8, 0, 205, 0, 0, 1.25, 0, 0, 0, 0, 1];
  writeFileSync(path, writeNifti({ shape, affine, data }, false));
  return path;
}

/** 512 × 512 values in HU. */
function slice(withLungs: boolean): Int16Array {
  const within = (x: number, y: number, centre: number, wide: number, deep: number): boolean =>
    ((x - centre) / wide) ** 2 + ((y - 256) / deep) ** 2 < 1;
  return Int16Array.from({ length: 512 * 512 }, (_, at) => {
    const [x, y] = [at % 512, Math.floor(at / 512)];
    if (!within(x, y, 256, 230, 170)) return -1000;
    if (withLungs && (within(x, y, 150, 70, 110) || within(x, y, 362, 70, 110))) return -820;
    return Math.hypot(x - 256, y - 380) < 22 ? 400 : 40 + ((x * 7 + y * 3) % 21);
  });
}

/** The tiny VISTA3D of the tests, whose steps and class prompts are the real one's, over windows of 96³ at 1.5 mm. */
function prompted(): string {
  const source = fileURLToPath(new URL("fixtures/vista3d-tiny", import.meta.url));
  const target = join(folder, "prompted");
  cpSync(source, target, { recursive: true });
  const path = join(target, "manifest.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  manifest.inference.roi = [96, 96, 96];
  writeFileSync(path, JSON.stringify(manifest));
  return target;
}

/** The process and all that it started. */
function tree(root: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return [
          { pid: Number(pid), parent: Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]) },
        ];
      } catch {
        return [];
      }
    });
  const found = [root];
  for (const pid of found)
    found.push(...parents.filter(({ parent }) => parent === pid).map((one) => one.pid));
  return found;
}

function heldBytes(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function evidesk(
  ...words: string[]
): Promise<{ peak: number; seconds: number; out: string; isWhole: boolean }> {
  const started = performance.now();
  const child = spawn(process.execPath, [program, ...words, "--data", folder, "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let out = "";
  let peak = 0;
  let isWhole = true;
  child.stdout.on("data", (bytes: Buffer) => void (out += bytes.toString()));
  const timer = setInterval(() => {
    const held = tree(child.pid ?? 0).reduce((sum, pid) => sum + heldBytes(pid), 0);
    peak = Math.max(peak, held);
    if (!isWhole || performance.now() - started < limit * 1000) return;
    isWhole = false;
    for (const pid of tree(child.pid ?? 0)) process.kill(pid, "SIGKILL");
  }, 100);
  await new Promise((resolve) => child.on("close", resolve));
  clearInterval(timer);
  return { peak, seconds: (performance.now() - started) / 1000, out, isWhole };
}

function outlined(out: string): number {
  const answer = JSON.parse(out) as { labels?: { voxels: number }[]; error?: unknown };
  if (answer.error) throw new Error(out);
  return (answer.labels ?? []).reduce((sum, label) => sum + label.voxels, 0);
}

if (process.platform === "linux") {
  process.stdout.write(
    "pack | peak of all processes (goal under 4 GiB) | seconds | voxels outlined\n",
  );
  for (const pack of packs.length > 0 ? packs : ["ct-tissue", prompted()]) {
    const id = existsSync(pack)
      ? String(JSON.parse((await evidesk("models", "add", pack)).out).id)
      : pack;
    const mask = join(folder, "mask.nii.gz");
    const { peak, seconds, out, isWhole } = await evidesk(
      ...["segment", image, "--expert", id, "--out", mask],
    );
    const end = isWhole ? outlined(out) : "ended at the limit, so the peak may be higher";
    process.stdout.write(
      `${id} | ${(peak / 2 ** 30).toFixed(2)} GiB | ${seconds.toFixed(0)} | ${end}\n`,
    );
  }
} else process.stdout.write("Not measured: this system has no /proc.\n");
rmSync(folder, { recursive: true, force: true });
