/**
 * Long calls as jobs: progress, time left, cancel. The list survives a kill as `interrupted`, and
 * resuming issues the same call again, which keeps what its earlier run had stored.
 */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { progressSchema } from "../../api/schemas/ledger.ts";
import { jobSchema, type Job } from "../../api/schemas/audit.ts";

const storedSchema = z.array(jobSchema.extend({ input: z.unknown() }));
type StoredJob = z.infer<typeof storedSchema>[number];
export type Jobs = ReturnType<typeof openJobs>;

const kept = 50;

export function openJobs(dataFolder: string) {
  const file = join(dataFolder, "jobs.json");
  const jobs: StoredJob[] = load(file);
  const controllers = new Map<string, AbortController>();

  function save(): void {
    mkdirSync(dataFolder, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(jobs.slice(0, kept)));
    renameSync(`${file}.new`, file);
  }

  /** Runs `work` as a job. Events with done/total/label become its progress. */
  async function run<T>(
    call: string,
    input: unknown,
    frame: { signal: AbortSignal; emit: (event: unknown) => void },
    work: (frame: { signal: AbortSignal; emit: (event: unknown) => void }) => Promise<T>,
  ): Promise<T> {
    const started = Date.now();
    const job: StoredJob = {
      id: randomUUID(),
      call,
      label: call,
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
    const emit = (event: unknown): void => {
      const progress = progressSchema.safeParse(event);
      if (progress.success) {
        Object.assign(job, progress.data);
        const rate = job.done / (Date.now() - started);
        job.etaSeconds =
          job.done > 0 && job.total > 0 ? (job.total - job.done) / rate / 1000 : null;
      }
      frame.emit(event);
    };
    try {
      const value = await work({
        signal: AbortSignal.any([frame.signal, controller.signal]),
        emit,
      });
      job.state = "done";
      return value;
    } catch (thrown) {
      job.state = controller.signal.aborted || frame.signal.aborted ? "cancelled" : "failed";
      job.error = thrown instanceof Error ? thrown.message : String(thrown);
      throw thrown;
    } finally {
      controllers.delete(job.id);
      job.etaSeconds = null;
      save();
    }
  }

  return {
    run,
    list: (): Job[] => jobs.map(({ input: _input, ...job }) => job),
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
      jobs.splice(0, jobs.length, ...jobs.filter((job) => job.state === "running"));
      save();
    },
  };
}

function load(file: string): StoredJob[] {
  if (!existsSync(file)) return [];
  const parsed = storedSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) return [];
  return parsed.data.map((job) =>
    job.state === "running" ? { ...job, state: "interrupted" } : job,
  );
}
