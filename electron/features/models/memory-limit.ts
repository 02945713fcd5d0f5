/** A limit of the system's own on what the model process may hold: who asks for more is refused, not the machine. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

/**
 * Limits this process's data (heap, anonymous memory; files mapped as they lie are not counted) and lets the
 * kernel end it before the desk where memory runs out all the same. Linux only; may be called again.
 * @returns whether the limit stands
 */
export function limitMemory(bytes: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Not allowed in every container; the limit below does not need it.
  }
  // Only the soft limit: a later choice of the user's may raise it again.
  const { status } = spawnSync("prlimit", [
    "--pid",
    String(process.pid),
    `--data=${Math.round(bytes)}:`,
  ]);
  return status === 0;
}

const signs =
  /bad[_ ]alloc|bad allocation|failed to allocate|cannot allocate|allocation failed|out of memory|invalid array buffer length/i;

/** Whether an error's text, of the runtime or of JavaScript, says that memory was not to be had. */
export const saysOutOfMemory = (text: string): boolean => signs.test(text);

/** What a process that asks for more than it gets ends with: V8 and the C++ library abort, the kernel kills. */
export const endsLikeOutOfMemory = (why: string): boolean =>
  /SIGABRT|SIGKILL|SIGTRAP|SIGILL|exit code (134|137|133)/.test(why);
