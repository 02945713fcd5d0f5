/** The query for each database; nothing is sent before Count or Run is pressed. */
import { Calculator, Copy, Play, RotateCcw, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Tab, TabList, Tabs } from "react-aria-components";
import type { ImportReport } from "../../../electron/api/schemas/review.ts";
import type { SearchDatabase, SearchTarget } from "../../../electron/api/schemas/search.ts";
import { Button } from "../../ui/button.tsx";
import { Progress, Trouble } from "../../ui/feedback.tsx";
import { dateTime, plural } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { PubmedKey } from "./pubmed-key.tsx";
import type { useBlocks } from "./use-blocks.ts";

export const databaseNames: Record<SearchTarget, string> = {
  pubmed: "PubMed",
  europepmc: "Europe PMC",
  ctgov: "ClinicalTrials.gov",
  ovid: "Ovid MEDLINE",
  embase: "Embase",
  central: "CENTRAL",
};
const targets = Object.entries(databaseNames) as [SearchTarget, string][];

function searchable(target: SearchTarget): SearchDatabase | null {
  return target === "pubmed" || target === "europepmc" || target === "ctgov" ? target : null;
}

type QueryPanelProps = {
  reviewId: string;
  blocks: ReturnType<typeof useBlocks>;
  onReport: (report: ImportReport) => void;
};

export function QueryPanel({ reviewId, blocks, onReport }: QueryPanelProps) {
  const [target, setTarget] = useState<SearchTarget>("pubmed");
  const { plan } = blocks;
  const ready = plan.blocks.some((block) => block.used && block.terms.length > 0);
  const compiled = useCall(
    "search.compile",
    ready ? { blocks: plan.blocks, target, filter: plan.filter } : null,
  );
  const edited = plan.edited[target];
  const query = edited ?? compiled.value?.query ?? "";
  return (
    <section className="card" aria-label="Query">
      <Tabs
        selectedKey={target}
        onSelectionChange={(key) => setTarget(targets.find(([id]) => id === key)?.[0] ?? "pubmed")}
      >
        <TabList className="tabs" aria-label="Database">
          {targets.map(([id, name]) => (
            <Tab key={id} id={id} className="tab">
              {name}
            </Tab>
          ))}
        </TabList>
      </Tabs>
      <div className="query-body">
        {compiled.error && <Trouble error={compiled.error} />}
        <textarea
          className="input query-text"
          aria-label={`Query for ${databaseNames[target]}`}
          spellCheck={false}
          rows={5}
          value={query}
          placeholder="Suggest or add terms above, or write the query here."
          onChange={(event) => blocks.edit(target, event.target.value)}
        />
        {edited !== undefined && (
          <p className="field-note query-edited">
            Edited by hand for {databaseNames[target]}.
            <Button kind="quiet" icon={RotateCcw} onPress={() => blocks.discardEdit(target)}>
              Back to the compiled query
            </Button>
          </p>
        )}
        {compiled.value?.warnings.map((warning) => (
          <p key={warning} className="query-warning">
            <TriangleAlert size={13} aria-hidden /> {warning}
          </p>
        ))}
        <QueryActs
          key={target}
          reviewId={reviewId}
          target={target}
          query={query}
          onReport={onReport}
        />
      </div>
    </section>
  );
}

type QueryActsProps = {
  reviewId: string;
  target: SearchTarget;
  query: string;
  onReport: (report: ImportReport) => void;
};

function QueryActs({ reviewId, target, query, onReport }: QueryActsProps) {
  const database = searchable(target);
  const count = useChange("search.count");
  const run = useChange("search.run", ["review", "screening", "jobs"]);
  const [counted, setCounted] = useState<{
    query: string;
    count: number;
    translation: string;
    at: string;
  } | null>(null);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(query);
    toast(`Query for ${databaseNames[target]} copied`);
  };
  async function countNow(from: SearchDatabase): Promise<void> {
    const answer = await count.run({ database: from, query });
    if (answer)
      setCounted({ query, count: answer.count, translation: answer.translation, at: answer.at });
  }
  async function runNow(from: SearchDatabase): Promise<void> {
    const answer = await run.run({ reviewId, database: from, query });
    if (answer) onReport(answer.report);
  }
  const empty = query.trim() === "";
  const error = count.error ?? run.error;
  return (
    <>
      {error && (
        <Trouble
          error={error}
          kept={
            run.error
              ? "What was fetched before is imported; Run goes on where it stopped."
              : "The query is as you left it, and nothing was imported."
          }
          onClose={() => {
            count.clear();
            run.clear();
          }}
        />
      )}
      {run.running && <Progress event={run.event} onCancel={run.cancel} />}
      <div className="query-acts">
        {database ? (
          <>
            <Button
              icon={Calculator}
              disabled={empty || count.running}
              onPress={() => void countNow(database)}
            >
              {count.running ? "Counting…" : "Count"}
            </Button>
            <Button
              kind="primary"
              icon={Play}
              disabled={empty || run.running}
              onPress={() => void runNow(database)}
            >
              Run and import
            </Button>
            {counted?.query === query ? (
              <span className="query-count numbers" title={counted.translation}>
                {plural(counted.count, "record")} on {dateTime(counted.at)}
              </span>
            ) : (
              <span className="field-note">
                The query is sent to {databaseNames[target]} only when you press a button.
              </span>
            )}
          </>
        ) : (
          <span className="field-note">
            {databaseNames[target]} needs its own access: copy the query there, export the hits, and
            drop the file on this page.
          </span>
        )}
        {target === "pubmed" && <PubmedKey />}
        <Button kind="quiet" icon={Copy} disabled={empty} onPress={() => void copy()}>
          Copy
        </Button>
      </div>
    </>
  );
}
