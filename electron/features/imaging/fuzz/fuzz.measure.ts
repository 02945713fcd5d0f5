/**
 * 100,000 broken files of each format, in a child process that is watched: `node
 * electron/features/imaging/fuzz/fuzz.measure.ts [FORMAT…] [--count N] [--from N]`. Prints what was
 * opened, refused, the slowest file and the largest memory; exits 1 when a file crashed the reader, hung
 * for more than 2 s, or took more memory than it may. A file is named by its number and made again by
 * `mutated(seeds, number)`.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mutated } from "./mutate.ts";
import { openOne, type Outcome } from "./one-file.ts";
import { fuzzFormats, seedsOf, type FuzzFormat } from "./seeds.ts";

const patience = 2000;
const blockOf = 10_000;
type Told = { number: number; outcome?: Outcome };

async function child(format: FuzzFormat, from: number, to: number): Promise<void> {
  const { seeds } = seedsOf(format);
  // Codecs compile on their first call, which is no file's fault.
  for (const seed of seeds) await openOne(seed);
  for (let number = from; number < to; number += 1) {
    const bytes = mutated(seeds, number);
    if (number % 100 === 0) globalThis.gc?.();
    process.send?.({ number } satisfies Told);
    process.send?.({ number, outcome: await openOne(bytes) } satisfies Told);
  }
  process.disconnect?.();
}

type Tally = {
  opened: number;
  refused: number;
  slowest: number;
  largest: number;
  problems: string[];
};

/** Runs from `from` until the end or until a file kills or hangs the child; returns where to go on. */
function watched(format: FuzzFormat, from: number, to: number, tally: Tally): Promise<number> {
  return new Promise((settle) => {
    const running: ChildProcess = fork(
      fileURLToPath(import.meta.url),
      [format, "--child", "--from", String(from), "--count", String(to - from)],
      {
        execArgv: ["--expose-gc", "--max-old-space-size=1024"],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      },
    );
    let current = from;
    let watch: NodeJS.Timeout | undefined;
    let hung = false;
    running.on("message", ({ number, outcome }: Told) => {
      clearTimeout(watch);
      current = number;
      if (outcome === undefined) {
        // A real hang; slow files are told by their processor time.
        watch = setTimeout(() => {
          hung = true;
          running.kill("SIGKILL");
        }, patience * 10);
        return;
      }
      if (outcome.opened) tally.opened += 1;
      else tally.refused += 1;
      tally.slowest = Math.max(tally.slowest, outcome.ms);
      tally.largest = Math.max(tally.largest, outcome.bytes);
      if (outcome.problem) tally.problems.push(`${format} ${number}: ${outcome.problem}`);
      if (outcome.ms > patience)
        tally.problems.push(`${format} ${number}: took ${outcome.ms.toFixed(0)} ms`);
      current = number + 1;
    });
    running.on("exit", (code, signal) => {
      clearTimeout(watch);
      if (current >= to) return settle(to);
      tally.problems.push(
        `${format} ${current}: ${hung ? "hung" : `ended the process (${signal ?? code})`}`,
      );
      settle(current + 1);
    });
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "100000" },
    from: { type: "string", default: "0" },
    child: { type: "boolean", default: false },
  },
});
const from = Number(values.from);
const to = from + Number(values.count);
if (values.child) await child(positionals[0] as FuzzFormat, from, to);
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
