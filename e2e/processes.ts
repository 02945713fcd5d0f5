/** What this program's own children spend, read from Linux's /proc: time on the processors and memory. */
import { readdirSync, readFileSync } from "node:fs";

const tickMs = 10;

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** Fields of /proc/PID/stat behind the name: state, parent, … (proc(5), from field 3 on). */
const statOf = (pid: number): string[] =>
  read(pid, "stat")
    .replace(/^.*\) /, "")
    .split(" ");

function children(): number[] {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statOf(Number(name))[1])]),
  );
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === process.pid || isOurs(parents.get(pid)));
  return [...parents.keys()].filter((pid) => pid !== process.pid && isOurs(pid));
}

/** Milliseconds of processor time that the children have taken so far, all threads. */
export function processorMs(): number {
  return children().reduce((sum, pid) => {
    const stat = statOf(pid);
    return sum + tickMs * (Number(stat[11]) + Number(stat[12]));
  }, 0);
}

/** Peak resident memory of the children, by what they are. */
export function peakMegabytes(): Record<string, number> {
  const found: Record<string, number> = {};
  for (const pid of children()) {
    const command = read(pid, "cmdline").replaceAll("\0", " ");
    const peak = Number(/VmHWM:\s+(\d+)/.exec(read(pid, "status"))?.[1] ?? 0) / 1024;
    const name = command.includes("cli.ts serve")
      ? "backend"
      : /--type=(renderer|gpu-process)/.exec(command)?.[1];
    if (name) found[name] = Math.max(found[name] ?? 0, Math.round(peak));
  }
  return found;
}
