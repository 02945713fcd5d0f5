/**
 * 100,000 broken files of each format, in a child process that is watched: `node
 * electron/features/imaging/fuzz/fuzz.measure.ts [FORMAT…] [--count N] [--from N]`. Prints what was
 * opened, refused, the slowest file and the largest memory; exits 1 when a file crashed the reader, hung
 * for more than 2 s, or took more memory than it may. A file is named by its number and made again by
 * `mutated(seeds, number)`.
 */
import { fork, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mutated } from "./mutate.ts";
import { openOne } from "./one-file.ts";
import { fuzzFormats, seedsOf, type FuzzFormat } from "./seeds.ts";

const patience = 2000;
const blockOf = 10_000;
const lookEvery = 1000;
/** On the clock, and so for a machine with much else to do; slow files are told by their processor time. */
const hangsAfter = 60_000;

/**
 * How far the child is: the number in hand, then opened, refused, slowest (ms) and largest (bytes) so far. It
 * lies in a file, since a message for each file costs more than opening it, and is there when the child is not.
 */
const standFields = 5;
type Stand = [current: number, opened: number, refused: number, slowest: number, largest: number];

async function child(format: FuzzFormat, from: number, to: number, path: string): Promise<void> {
  const { seeds } = seedsOf(format);
  const file = openSync(path, "w");
  const stand = new Float64Array(standFields);
  const tell = (current: number): void => {
    stand[0] = current;
    writeSync(file, stand, 0, stand.byteLength, 0);
  };
  // Codecs compile on their first call, which is no file's fault.
  for (const seed of seeds) await openOne(seed);
  const [, opened, refused, slowest, largest] = [0, 1, 2, 3, 4] as const;
  for (let number = from; number < to; number += 1) {
    const bytes = mutated(seeds, number);
    if (number % 100 === 0) globalThis.gc?.();
    tell(number);
    const outcome = await openOne(bytes);
    (stand[outcome.opened ? opened : refused] as number) += 1;
    stand[slowest] = Math.max(stand[slowest] as number, outcome.ms);
    stand[largest] = Math.max(stand[largest] as number, outcome.bytes);
    const late = outcome.ms > patience ? `took ${outcome.ms.toFixed(0)} ms` : null;
    for (const problem of [outcome.problem, late])
      if (problem)
        // Disconnecting drops what is not yet written, so it is waited for.
        await new Promise((resolve) =>
          process.send?.(`${format} ${number}: ${problem}`, undefined, undefined, resolve),
        );
  }
  tell(to);
  process.disconnect?.();
}

type Tally = {
  opened: number;
  refused: number;
  slowest: number;
  largest: number;
  problems: string[];
};

function standIn(path: string): Stand {
  const stand = new Float64Array(standFields);
  const file = openSync(path, "a+");
  readSync(file, stand, 0, stand.byteLength, 0);
  closeSync(file);
  return [...stand] as Stand;
}

/** Runs from `from` until the end or until a file kills or hangs the child; returns where to go on. */
function watched(format: FuzzFormat, from: number, to: number, tally: Tally): Promise<number> {
  return new Promise((settle) => {
    const folder = mkdtempSync(join(tmpdir(), "evidesk-fuzz-"));
    const path = join(folder, "stand");
    const range = ["--from", String(from), "--count", String(to - from), "--stand", path];
    const running: ChildProcess = fork(
      fileURLToPath(import.meta.url),
      [format, "--child", ...range],
      {
        execArgv: ["--expose-gc", "--max-old-space-size=1024"],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      },
    );
    let [seen, since, hung] = [-1, performance.now(), false];
    running.on("message", (problem: string) => tally.problems.push(problem));
    const watch = setInterval(() => {
      const [current] = standIn(path);
      if (current !== seen) [seen, since] = [current, performance.now()];
      else if (performance.now() - since > hangsAfter) {
        hung = true;
        running.kill("SIGKILL");
      }
    }, lookEvery);
    running.on("close", (code, signal) => {
      clearInterval(watch);
      const [current, opened, refused, slowest, largest] = standIn(path);
      rmSync(folder, { recursive: true });
      tally.opened += opened;
      tally.refused += refused;
      tally.slowest = Math.max(tally.slowest, slowest);
      tally.largest = Math.max(tally.largest, largest);
      if (current >= to) return settle(to);
      const at = Math.max(from, current);
      tally.problems.push(
        `${format} ${at}: ${hung ? "hung" : `ended the process (${signal ?? code})`}`,
      );
      settle(at + 1);
    });
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "100000" },
    from: { type: "string", default: "0" },
    child: { type: "boolean", default: false },
    stand: { type: "string", default: "" },
  },
});
const from = Number(values.from);
const to = from + Number(values.count);
if (values.child) await child(positionals[0] as FuzzFormat, from, to, values.stand);
else {
  let failed = false;
  for (const format of fuzzFormats.filter(
    (one) => positionals.length === 0 || positionals.includes(one),
  )) {
    const tally: Tally = { opened: 0, refused: 0, slowest: 0, largest: 0, problems: [] };
    const { seeds, real } = seedsOf(format);
    let told = 0;
    // Told block by block, so that a night that was cut short has its figures.
    for (let block = from; block < to; block += blockOf) {
      const end = Math.min(to, block + blockOf);
      for (let at = block; at < end;) at = await watched(format, at, end, tally);
      process.stdout.write(
        `${format} ${from} to ${end}: ${end - from} files from ${seeds.length} seeds (${real} real): ${tally.opened} opened, ${tally.refused} refused, slowest ${tally.slowest.toFixed(0)} ms, largest ${(tally.largest / 1e6).toFixed(1)} MB, ${tally.problems.length} problems\n`,
      );
      for (const problem of tally.problems.slice(told, told + 50))
        process.stdout.write(`  ${problem}\n`);
      told = tally.problems.length;
    }
    failed ||= tally.problems.length > 0;
  }
  if (failed) process.exitCode = 1;
}
