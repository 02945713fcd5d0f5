/** How far a screening is, and ending it: the recall curve, the estimate, and the rest excluded as one logged act. */
import { randomUUID } from "node:crypto";
import { AppError } from "../../api/errors.ts";
import type { ScreeningProgress } from "../../api/schemas/screening.ts";
import { recordSubject } from "../../api/subjects.ts";
import { membersOf } from "../review/groups.ts";
import { isUnread, type Stage } from "../review/outcomes.ts";
import type { ReviewFile } from "../review/store.ts";
import { decisionsFor, openRows } from "./people.ts";
import { estimateRelevant } from "./recall-estimate.ts";
import type { Missing } from "./chao.ts";
import { stopMethods } from "./stop-methods.ts";
import { promisedAt, recordsToPromise, standingOf } from "./stopping.ts";

const bandPlaces = 60;

/** `chao`: its estimate of what is missing, where the caller has the features for it. */
export function progressOf(
  file: ReviewFile,
  stage: Stage,
  reviewer: string,
  chao: Missing | null = null,
): ScreeningProgress {
  const records = stage === "screen" ? file.liveCount() : file.prisma().soughtForRetrieval;
  const all = decisionsFor(file, stage, reviewer);
  const read = all.filter((decision) => !isUnread(decision));
  const found = read.map(({ action }) => action === "include");
  const remaining = Math.max(0, records - read.length);
  const count = (action: string): number => read.filter((one) => one.action === action).length;
  let included = 0;
  const curve = found.map((include, index) => {
    if (include) included += 1;
    return { screened: index + 1, found: included };
  });
  const step = Math.max(1, Math.ceil(found.length / bandPlaces));
  const band = curve
    .filter(({ screened }) => screened % step === 0 || screened === found.length)
    .flatMap(({ screened }) => {
      const estimate = estimateRelevant(found.slice(0, screened), records - screened);
      if (estimate === null) return [];
      const { relevant, low, high } = estimate;
      return [{ screened, relevant, low, high }];
    });
  const standing = standingOf(found, remaining);
  return {
    records,
    screened: read.length,
    included: count("include"),
    excluded: count("exclude"),
    maybe: count("maybe"),
    curve,
    sinceLastInclude: standing.quiet,
    unread: all.length - read.length,
    open: stage === "screen" ? openRows(file, file.liveIds(), stage, reviewer).length : 0,
    toPromise: recordsToPromise(standing),
    methods: stopMethods(found, remaining, chao),
    promisedAt: promisedAt(found, remaining),
    band,
    estimate: estimateRelevant(found, remaining),
  };
}

/** One transaction: the decisions and, in the audit, what was known when the screening was stopped. */
export function excludeRest(
  file: ReviewFile,
  reviewer: string,
  { expected, reason }: { expected: number; reason?: string | undefined },
  chao: Missing | null = null,
): { excluded: number } {
  const ids = file.liveIds();
  const open = openRows(file, ids, "screen", reviewer);
  if (open.length !== expected)
    throw new AppError(
      "conflict",
      `${open.length} records are open, not ${expected}: something was decided or added meanwhile. Nothing was excluded.`,
      { open: open.length, expected },
    );
  const { band: _band, curve: _curve, ...known } = progressOf(file, "screen", reviewer, chao);
  const value = { act: randomUUID(), unread: true };
  const decided = new Set(decisionsFor(file, "screen", reviewer).map(({ subject }) => subject));
  const members = new Set(
    open
      .flatMap((row) => membersOf(file.ledger, ids[row] ?? ""))
      .filter((id) => !decided.has(recordSubject(id))),
  );
  file.ledger.transaction(() => {
    file.ledger.record(reviewer, "excludeRest", JSON.parse(JSON.stringify({ ...known, reason })));
    file.ledger.decide(
      [...members].map((id) => ({
        kind: "screen",
        subject: recordSubject(id),
        action: "exclude",
        reviewer,
        value,
        ...(reason === undefined ? {} : { reason }),
      })),
    );
  });
  return { excluded: members.size };
}
