/** Search: concepts become a query; queries are counted and run when asked; files are imported. */
import { ArrowRight, Sparkles } from "lucide-react";
import { go } from "../../frame/route.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { DropArea } from "../../ui/drop-area.tsx";
import { Skeleton, Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { dateTime } from "../../ui/time.ts";
import { useCall, useChange } from "../../use-call.ts";
import { ConceptColumns } from "./concept-columns.tsx";
import { ImportPanel } from "./import-panel.tsx";
import type { Review } from "../../../electron/api/schemas/review.ts";
import type { SearchPlan } from "../../../electron/api/schemas/search.ts";
import { databaseNames, QueryPanel } from "./query-panel.tsx";
import { useBlocks } from "./use-blocks.ts";
import { useImport } from "./use-import.ts";
import "./search.css";

const filters = [
  { id: "none", text: "Any design" },
  { id: "rct", text: "Randomised trials" },
] as const;

export function SearchPage({ reviewId }: { reviewId: string }) {
  const review = useCall("review.get", { reviewId });
  const plan = useCall("search.plan", { reviewId });
  const error = review.error ?? plan.error;
  if (review.value && plan.value)
    return <SearchDesk key={reviewId} review={review.value} stored={plan.value} />;
  if (!error) return <Skeleton />;
  const reload = (): void => {
    review.reload();
    plan.reload();
  };
  return (
    <div className="page-trouble">
      <Trouble error={error} onRetry={reload} />
    </div>
  );
}

function SearchDesk({ review, stored }: { review: Review; stored: SearchPlan }) {
  const { id: reviewId, pico, records } = review;
  const blocks = useBlocks(reviewId, stored);
  const imports = useImport(reviewId);
  const suggest = useChange("search.suggestTerms");
  const choose = async (): Promise<void> => {
    const files = await native.chooseFiles({ accept: "", multiple: true });
    if (files.length > 0) await imports.send(files);
  };
  useShortcuts("Search", [
    { keys: "a", label: "Import reference files", run: () => void choose() },
  ]);
  const hasPico = Object.values(pico).some((text) => text.trim() !== "");
  async function suggestTerms(): Promise<void> {
    const answer = await suggest.run({ pico });
    if (answer) blocks.replace(answer.blocks, answer.filter);
  }
  return (
    <DropArea
      className="search-drop"
      text="Drop reference files to import them"
      onFiles={(files) => void imports.send(files)}
    >
      <div className="search">
        <div className="search-main">
          <div className="search-head">
            <h2>Concepts</h2>
            <Segmented
              label="Study design filter"
              options={filters}
              value={blocks.plan.filter}
              onChange={blocks.setFilter}
            />
            {hasPico ? (
              <Button
                icon={Sparkles}
                kind={blocks.plan.blocks.length === 0 ? "primary" : "plain"}
                disabled={suggest.running}
                onPress={() => void suggestTerms()}
              >
                {blocks.plan.blocks.length === 0 ? "Suggest terms from the PICO" : "Suggest again"}
              </Button>
            ) : (
              <Button
                onPress={() => go({ page: "review", reviewId, stage: "question", recordId: null })}
              >
                Write the PICO first
              </Button>
            )}
          </div>
          {blocks.error && (
            <Trouble
              error={blocks.error}
              kept="Your terms are on the page, not yet in the review file."
              onRetry={blocks.retry}
            />
          )}
          {suggest.error && <Trouble error={suggest.error} kept="Your terms are unchanged." />}
          {blocks.plan.blocks.length === 0 ? (
            <p className="search-none">
              Each part of the PICO becomes a column of terms: any of a column (OR), all columns
              together (AND). Suggesting sends nothing.
            </p>
          ) : (
            <ConceptColumns blocks={blocks} />
          )}
          <QueryPanel reviewId={reviewId} blocks={blocks} onReport={imports.add} />
        </div>
        <div className="search-side">
          <ImportPanel imports={imports} onChoose={() => void choose()} />
          <Runs reviewId={reviewId} />
          {records > 0 && (
            <Button
              kind="primary"
              icon={ArrowRight}
              onPress={() => go({ page: "review", reviewId, stage: "screen", recordId: null })}
            >
              Screen {records.toLocaleString()} records
            </Button>
          )}
        </div>
      </div>
    </DropArea>
  );
}

function Runs({ reviewId }: { reviewId: string }) {
  const runs = useCall("review.searches", { reviewId });
  const names: Record<string, string> = databaseNames;
  return (
    <section className="card" aria-label="Runs">
      <div className="card-head">
        <h2>Runs</h2>
      </div>
      <ol className="runs">
        {runs.value
          ?.toSorted((a, b) => b.at.localeCompare(a.at))
          .map((run) => (
            <li key={run.id} className="run numbers">
              <p>
                <strong>{names[run.database] ?? run.database}</strong>{" "}
                <span className="count">{dateTime(run.at)}</span>
              </p>
              <p>
                {run.count.toLocaleString()} found, {run.imported.toLocaleString()} new
              </p>
              <details className="field-note">
                <summary>Query</summary>
                <p>{run.query}</p>
                {run.translation !== "" && run.translation !== run.query && (
                  <p>Read by the database as: {run.translation}</p>
                )}
              </details>
            </li>
          ))}
        {runs.value?.length === 0 && (
          <li className="field-note">
            No search was run yet. Each run is kept here with its query, date and count, as PRISMA-S
            asks.
          </li>
        )}
      </ol>
    </section>
  );
}
