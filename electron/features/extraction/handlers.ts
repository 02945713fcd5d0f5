/** Calls of the extraction contract: attach papers, read them, suggest, and take decisions. */
import { AppError } from "../../api/errors.ts";
import type { HandlersFor } from "../../api/call.ts";
import { cellSubject } from "../../api/subjects.ts";
import type { NewDecision, Suggestion } from "../../api/schemas/ledger.ts";
import type {
  AttachResult,
  extractionContract,
  GridCell,
  Paper,
} from "../../api/schemas/extraction.ts";
import type { AssetStore } from "../review/assets.ts";
import type { Reviews } from "../review/reviews.ts";
import type { ReviewFile } from "../review/store.ts";
import { visibleTo } from "../review/blinding.ts";
import { cellOutcomesOf, type CellOutcome } from "../review/cell-outcomes.ts";
import { teamPlan } from "../review/team-plan.ts";
import type { Fetch } from "../search/remote/request.ts";
import { createAhead } from "./ahead.ts";
import { attachOne } from "./attach.ts";
import { consensusOn } from "./consensus.ts";
import { plainValue } from "./extracted-value.ts";
import { cellOf, foldGrid } from "./grid.ts";
import { templates } from "./fields/templates.ts";
import type { Recognised } from "./ocr/recognised.ts";
import { openPapers } from "./papers.ts";
import { createRegistryHandlers, type RegistryRemote } from "./registry/handlers.ts";
import { standingOf } from "./registry/standing.ts";
import { fieldsOf, setFields } from "./stored-fields.ts";
import { createSuggesting, type AskPack } from "./suggest-values.ts";
import type { TagText } from "./tagging.ts";
import { cellAgreement, seenBy } from "./two-extractors.ts";

export type ExtractionDependencies = {
  reviews: Reviews;
  assets: AssetStore;
  /** Words recognised on scanned pages, by asset. */
  recognised: Pick<Recognised, "get" | "put">;
  /** Text packs by id; without it, rules work alone. */
  tag?: TagText;
  /** Installed packs, to name the version that marked a value. */
  packs?: () => Promise<{ id: string; version: string }[]>;
  /** Generation packs by id; without it, none reads papers. */
  ask?: AskPack;
  /** The way to other machines, for a trial's registry record when a person asks for it. */
  fetch: Fetch;
  /** Another address and pace than the registry's own, for tests. */
  registry?: RegistryRemote;
};

export function createExtractionHandlers({
  reviews,
  assets,
  recognised,
  tag,
  packs = async () => [],
  ask,
  fetch,
  registry,
}: ExtractionDependencies): HandlersFor<typeof extractionContract> {
  const papers = openPapers(assets, recognised);
  const ahead = createAhead(papers, tag);
  const reviewer = (): string => reviews.settings().reviewer;
  return {
    ...createRegistryHandlers({ reviews, assets, papers, fetch, remote: registry }),
    "extraction.attach": async ({ reviewId, files, confirm }, { signal, emit }) => {
      const file = reviews.get(reviewId);
      const results: AttachResult[] = [];
      for (const [index, one] of files.entries()) {
        signal.throwIfAborted();
        emit({ done: index, total: files.length, label: `Reading ${one.name}` });
        results.push(
          await attachOne(file, { papers, assets }, one, { confirm, actor: reviewer(), signal }),
        );
      }
      emit({ done: files.length, total: files.length, label: "Done" });
      return results;
    },
    "extraction.text": async ({ assetId, password }, { signal }) =>
      papers.read(assetId, { password, signal }),
    "extraction.scan": async ({ assetId }, { signal }) =>
      scanOf(await papers.read(assetId, { signal })),
    "extraction.recognise": async ({ assetId, password }, { signal, emit }) =>
      scanOf(
        await papers.recognise(assetId, {
          password,
          signal,
          onPage: (done, total) => emit({ done, total, label: "Reading the scan" }),
        }),
      ),
    "extraction.fields": async ({ reviewId }) => fieldsOf(reviews.get(reviewId)),
    "extraction.templates": async () => templates,
    "extraction.setFields": async ({ reviewId, fields }) => {
      const double = fields.find(
        (field, index) => fields.findIndex((other) => other.id === field.id) !== index,
      );
      if (double)
        throw new AppError("badInput", `Two fields have the id "${double.id}".`, { id: double.id });
      setFields(reviews.get(reviewId), reviewer(), fields);
      return fieldsOf(reviews.get(reviewId));
    },
    "extraction.suggest": createSuggesting({
      ...{ reviews, assets, papers, tag, packs, ask },
      orderOf: (file) => gridOf(file, reviewer()).studies.map(({ recordId }) => recordId),
    }),
    "extraction.grid": async ({ reviewId }) => {
      const grid = gridOf(reviews.get(reviewId), reviewer());
      ahead(
        grid.studies.flatMap(({ report, cells }) =>
          report && cells.every(({ suggestion }) => suggestion === null) ? [report.assetId] : [],
        ),
      );
      return grid;
    },
    "extraction.decide": async ({
      reviewId,
      recordId,
      fieldId,
      arm,
      action,
      value,
      suggestionId,
      note,
    }) => {
      const file = reviews.get(reviewId);
      if (!file.records().some((record) => record.id === recordId))
        throw new AppError("notFound", `The review has no record ${recordId}.`, { recordId });
      const subject = cellSubject(recordId, fieldId, arm ?? undefined);
      const latest = suggestionAt(file, subject, suggestionId);
      if (
        action === "accept" &&
        (latest === undefined ||
          latest.status === "failed" ||
          latest.status === "notReported" ||
          latest.status === "figureOnly")
      ) {
        throw new AppError(
          "badInput",
          "There is no suggested value here to accept; enter a value, or mark it as not reported.",
          { subject, status: latest?.status ?? "none" },
        );
      }
      if (action === "correct" && value === undefined)
        throw new AppError("badInput", "A correction needs a value.", { subject });
      const decision: NewDecision = { kind: "extract", subject, action, reviewer: reviewer() };
      if (value !== undefined) decision.value = plainValue(value);
      else if (action === "accept" && latest) decision.value = latest.value;
      if (latest) decision.suggestionId = latest.id;
      if (note !== undefined) decision.note = note;
      file.ledger.decide([decision]);
      return cellNow(file, reviewer(), { recordId, fieldId, arm });
    },
    "extraction.settle": async ({ reviewId, note, ...input }) => {
      const file = reviews.get(reviewId);
      const subject = cellSubject(input.recordId, input.fieldId, input.arm ?? undefined);
      const consensus = consensusOn(cellOutcomesOf(file.ledger).get(subject), input);
      file.ledger.decide([
        {
          kind: "adjudicateExtract",
          subject,
          reviewer: reviewer(),
          ...consensus,
          ...(note === undefined ? {} : { note }),
        },
      ]);
      return cellNow(file, reviewer(), input);
    },
    "extraction.agreement": async ({ reviewId }) =>
      cellAgreement(cellOutcomesOf(reviews.get(reviewId).ledger)),
    "extraction.acceptVerified": async ({ reviewId, fieldId }) => {
      const file = reviews.get(reviewId);
      const open = gridOf(file, reviewer()).studies.flatMap((study) =>
        study.cells.filter(
          (cell) => cell.fieldId === fieldId && cell.decision === null && cell.suggestion !== null,
        ),
      );
      // A failed check is for a person to look at: nothing doubtful is accepted unseen.
      const verified = open.filter(
        (cell) => cell.state === "verified" && cell.suggestion?.checks.every(({ ok }) => ok),
      );
      file.ledger.decide(
        verified.flatMap((cell): NewDecision[] =>
          cell.suggestion
            ? [
                {
                  kind: "extract",
                  subject: cell.subject,
                  action: "accept",
                  value: cell.suggestion.value,
                  reviewer: reviewer(),
                  suggestionId: cell.suggestion.id,
                },
              ]
            : [],
        ),
      );
      return {
        accepted: verified.length,
        skipped: open.length - verified.length,
        subjects: verified.map(({ subject }) => subject),
      };
    },
    "extraction.withdraw": async ({ reviewId, subjects }) => {
      const file = reviews.get(reviewId);
      const asked = new Set(subjects);
      const decided = gridOf(file, reviewer())
        .studies.flatMap(({ cells }) => cells)
        .filter(({ subject, decision }) => asked.has(subject) && decision !== null);
      file.ledger.decide(
        decided.map(({ subject }): NewDecision => ({
          kind: "extract",
          subject,
          action: "withdraw",
          reviewer: reviewer(),
        })),
      );
      return { withdrawn: decided.length };
    },
    "extraction.history": async ({ reviewId, recordId, fieldId, arm }) => {
      const { ledger } = reviews.get(reviewId);
      const subject = cellSubject(recordId, fieldId, arm ?? undefined);
      return {
        suggestions: ledger
          .suggestions("extract", subject)
          .filter((one) => one.subject === subject),
        decisions: [
          ...ledger.decisions("extract", subject),
          ...ledger.decisions("adjudicateExtract", subject),
        ].filter(visibleTo(ledger, reviewer())),
      };
    },
  };
}

function scanOf({ pages }: Paper) {
  const count = (wanted: Paper["pages"][number]["state"]): number =>
    pages.filter(({ state }) => state === wanted).length;
  return {
    pages: pages.length,
    withoutText: count("noTextLayer"),
    recognised: count("recognised"),
  };
}

function gridOf(file: ReviewFile, reviewer: string) {
  const two = teamPlan(file.ledger).extractors === 2;
  const outcomes = two ? cellOutcomesOf(file.ledger) : new Map<string, CellOutcome>();
  const seen = new Map([...outcomes].map(([subject, one]) => [subject, seenBy(reviewer, one)]));
  return foldGrid({
    fields: fieldsOf(file),
    records: file.records(),
    reports: file.reports(),
    suggestions: file.ledger.suggestions("extract"),
    decisions: two
      ? [...seen].flatMap(([subject, { decision }]) => (decision ? [{ ...decision, subject }] : []))
      : file.ledger.latestDecisions("extract"),
    ...(two
      ? { dualOf: (subject) => seen.get(subject)?.dual ?? seenBy(reviewer, undefined).dual }
      : {}),
  });
}

function suggestionsAt(file: ReviewFile, subject: string): Suggestion[] {
  return file.ledger.suggestions("extract", subject).filter((one) => one.subject === subject);
}

/** The named suggestion of a cell, or the one that stands. */
function suggestionAt(file: ReviewFile, subject: string, id: string | undefined) {
  const here = suggestionsAt(file, subject);
  if (id === undefined) return standingOf(here).main;
  const named = here.find((one) => one.id === id);
  if (!named)
    throw new AppError("notFound", `The cell has no suggestion ${id}.`, {
      subject,
      suggestionId: id,
    });
  return named;
}

function cellNow(
  file: ReviewFile,
  reviewer: string,
  at: { recordId: string; fieldId: string; arm: string | null },
): GridCell {
  const subject = cellSubject(at.recordId, at.fieldId, at.arm ?? undefined);
  const suggestions = suggestionsAt(file, subject);
  if (teamPlan(file.ledger).extractors === 2) {
    const { decision, dual } = seenBy(reviewer, cellOutcomesOf(file.ledger).get(subject));
    return cellOf(at, suggestions, decision, dual);
  }
  return cellOf(
    at,
    suggestions,
    file.ledger.latestDecisions("extract").find((decision) => decision.subject === subject),
  );
}
