/**
 * Long calls as jobs: progress, time left, cancel. The list survives a kill as `interrupted`, and
 * resuming issues the same call again, which keeps what its earlier run had stored.
 */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { toErrorShape } from "../../api/errors.ts";
import { progressSchema } from "../../api/schemas/ledger.ts";
import { jobSchema, type Job } from "../../api/schemas/audit.ts";

const storedSchema = z.array(jobSchema.extend({ input: z.unknown() }));
type StoredJob = z.infer<typeof storedSchema>[number];
export type Jobs = ReturnType<typeof openJobs>;

const kept = 50;

export function openJobs(dataFolder: string) {
  const file = join(dataFolder, "jobs.json");
  const jobs: StoredJob[] = load(file);
  /** When each running job began, later by the time it was paused: its pace is counted from there. */
  const paces = new Map<string, { from: number; pausedAt: number }>();
  const controllers = new Map<string, AbortController>();

  function save(): void {
    mkdirSync(dataFolder, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(jobs.slice(0, kept)));
    renameSync(`${file}.new`, file);
  }

  let onPause = (): void => {};

  /** Runs `work` as a job. Events with done/total/label become its progress. */
  async function run<T>(
    call: string,
    input: unknown,
    frame: { signal: AbortSignal; emit: (event: unknown) => void },
    work: (frame: {
      signal: AbortSignal;
      emit: (event: unknown) => void;
      /** Whether the user paused the job: what it asks of models waits so long. */
      isHeld: () => boolean;
    }) => Promise<T>,
    { pausable = false }: { pausable?: boolean } = {},
  ): Promise<T> {
    const started = Date.now();
    const pace = { from: started, pausedAt: 0 };
    const job: StoredJob = {
      id: randomUUID(),
      call,
      label: call,
      pausable,
      state: "running",
      startedAt: new Date(started).toISOString(),
      done: 0,
      total: 0,
      etaSeconds: null,
      input,
    };
    jobs.unshift(job);
    save();
    const controller = new AbortController();
    controllers.set(job.id, controller);
    paces.set(job.id, pace);
    const emit = (event: unknown): void => {
      const progress = progressSchema.safeParse(event);
      if (progress.success) {
        Object.assign(job, progress.data);
        const rate = job.done / (Date.now() - pace.from);
        job.etaSeconds =
          job.done > 0 && job.total > 0 ? (job.total - job.done) / rate / 1000 : null;
      }
      frame.emit(event);
    };
    try {
      const value = await work({
        signal: AbortSignal.any([frame.signal, controller.signal]),
        emit,
        isHeld: () => job.state === "paused",
      });
      job.state = "done";
      return value;
    } catch (thrown) {
      job.state = controller.signal.aborted || frame.signal.aborted ? "cancelled" : "failed";
      job.error = toErrorShape(thrown).message;
      throw thrown;
    } finally {
      controllers.delete(job.id);
      paces.delete(job.id);
      job.etaSeconds = null;
      save();
    }
  }

  return {
    run,
    list: (): Job[] => jobs.map(({ input: _input, ...job }) => job),
    /** Whoever holds back the work of paused jobs hears that one was paused or goes on. */
    heard: (listener: () => void): void => {
      onPause = listener;
    },
    /** False where there is no such job under way. */
    pause: (id: string, paused: boolean): boolean => {
      const job = jobs.find((one) => one.id === id && ["running", "paused"].includes(one.state));
      if (job === undefined) return false;
      if (paused === (job.state === "paused")) return true;
      job.state = paused ? "paused" : "running";
      const pace = paces.get(id);
      if (pace && paused) pace.pausedAt = Date.now();
      else if (pace) pace.from += Date.now() - pace.pausedAt;
      job.etaSeconds = null;
      save();
      onPause();
      return true;
    },
    cancel: (id: string): boolean => {
      controllers.get(id)?.abort();
      return controllers.has(id);
    },
    /** Takes an interrupted job off the list and hands back what to call again. */
    takeInterrupted: (id: string): { call: string; input: unknown } | undefined => {
      const at = jobs.findIndex((job) => job.id === id && job.state === "interrupted");
      if (at < 0) return undefined;
      const [job] = jobs.splice(at, 1);
      save();
      return job;
    },
    clear: (): void => {
      jobs.splice(
        0,
        jobs.length,
        ...jobs.filter(({ state }) => state === "running" || state === "paused"),
      );
      save();
    },
  };
}

function load(file: string): StoredJob[] {
  if (!existsSync(file)) return [];
  const parsed = storedSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) return [];
  return parsed.data.map((job) =>
    job.state === "running" || job.state === "paused" ? { ...job, state: "interrupted" } : job,
  );
}
