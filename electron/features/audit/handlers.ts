/** Calls on the audit trail and the job list. */
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { auditContract } from "../../api/schemas/audit.ts";
import { concealed, visibleTo } from "../review/blinding.ts";
import type { Jobs } from "./jobs.ts";
import type { Ledger } from "./ledger.ts";

type Dependencies = {
  reviews: { get: (id: string) => { ledger: Ledger }; settings: () => { reviewer: string } };
  jobs: Jobs;
  /** Issues a call again, by name, as the interrupted job did. */
  repeat: (call: string, input: unknown) => void;
};

export function createAuditHandlers({
  reviews,
  jobs,
  repeat,
}: Dependencies): HandlersFor<typeof auditContract> {
  return {
    "audit.list": async ({ reviewId, offset, limit, text }) => {
      const needle = text.toLowerCase();
      const { ledger } = reviews.get(reviewId);
      // Covered before it is searched: a hit would tell as much as the event.
      const visible = visibleTo(ledger, reviews.settings().reviewer);
      const events = [...ledger.auditEvents()]
        .map((event) => concealed(event, visible))
        .filter((event) => needle === "" || JSON.stringify(event).toLowerCase().includes(needle))
        .toReversed();
      return { total: events.length, events: events.slice(offset, offset + limit) };
    },
    "audit.verify": async ({ reviewId }) => reviews.get(reviewId).ledger.verify(),
    "jobs.list": async () => jobs.list(),
    "jobs.cancel": async ({ id }) => ({ cancelled: jobs.cancel(id) }),
    "jobs.pause": async ({ id, paused }) => {
      if (!jobs.pause(id, paused)) throw new AppError("notFound", `No job "${id}" is under way.`);
      return {};
    },
    "jobs.resume": async ({ id }) => {
      const job = jobs.takeInterrupted(id);
      if (job === undefined) throw new AppError("notFound", `There is no interrupted job "${id}".`);
      repeat(job.call, job.input);
      return { resumed: true };
    },
    "jobs.clear": async () => {
      jobs.clear();
      return {};
    },
  };
}
