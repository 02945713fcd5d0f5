/** Agreement beyond chance with its table, and each reviewer's pace. */
import { useState } from "react";
import type { Agreement, Pace } from "../../../electron/api/schemas/team.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { useCall } from "../../use-call.ts";

const stages = [
  { id: "screen", text: "Titles and abstracts" },
  { id: "fullText", text: "Full texts" },
] as const;
const counts = [
  { id: "own", text: "Maybe on its own" },
  { id: "include", text: "Maybe goes on" },
] as const;
const countsMean = {
  own: "Maybe is a category of its own: include against maybe is a disagreement (3 × 3).",
  include: "Maybe counts as include, since both go on to the full text (2 × 2).",
} as const;

export function AgreementTables({ reviewId }: { reviewId: string }) {
  const [stage, setStage] = useState<"screen" | "fullText">("screen");
  const [maybe, setMaybe] = useState<"own" | "include">("own");
  const { value } = useCall("team.agreement", { reviewId, stage, maybe });
  return (
    <section className="card" aria-labelledby="agreement-heading">
      <div className="card-head">
        <h2 id="agreement-heading">Agreement and pace</h2>
        <span className="agreement-choice">
          <Segmented label="Stage" options={stages} value={stage} onChange={setStage} />
          <Segmented label="How maybe counts" options={counts} value={maybe} onChange={setMaybe} />
        </span>
      </div>
      <div className="card-body agreement">
        <p className="field-note">
          {countsMean[maybe]} Only records that both decided on count, by the decisions now in
          force.
        </p>
        {value?.pairs.length === 0 && (
          <p className="field-note">No record has two reviewers' decisions yet.</p>
        )}
        {value?.pairs.map((pair) => (
          <PairTable key={`${pair.a} ${pair.b}`} pair={pair} />
        ))}
        {value && value.pace.length > 0 && <PaceTable pace={value.pace} />}
      </div>
    </section>
  );
}

const two = (value: number | null): string => (value === null ? "–" : value.toFixed(2));

function PairTable({ pair }: { pair: Agreement }) {
  const interval = pair.kappaInterval;
  return (
    <div className="agreement-pair">
      <table className="numbers agreement-table">
        <caption>
          {pair.a} (rows) and {pair.b} (columns)
        </caption>
        <thead>
          <tr>
            <td />
            {pair.categories.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pair.table.map((row, index) => (
            <tr key={pair.categories[index]}>
              <th scope="row">{pair.categories[index]}</th>
              {row.map((count, column) => (
                <td key={pair.categories[column]} data-agree={index === column}>
                  {count}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <dl className="why-facts numbers">
        <div>
          <dt>Both decided</dt>
          <dd>{pair.n}</dd>
        </div>
        <div>
          <dt>Agreement</dt>
          <dd>{pair.agreement === null ? "–" : `${(pair.agreement * 100).toFixed(1)} %`}</dd>
        </div>
        <div>
          <dt>Cohen's kappa</dt>
          <dd>
            {two(pair.kappa)}
            {interval && ` (${two(interval.low)} to ${two(interval.high)})`}
          </dd>
        </div>
        <div>
          <dt>PABAK</dt>
          <dd>{two(pair.pabak)}</dd>
        </div>
      </dl>
      {pair.kappa === null && pair.n > 0 && (
        <p className="field-note">
          No kappa: both used one category only, so chance alone gives full agreement.
        </p>
      )}
    </div>
  );
}

function PaceTable({ pace }: { pace: Pace[] }) {
  return (
    <table className="plain-table numbers">
      <thead>
        <tr>
          <th>Reviewer</th>
          <th className="number">Decided</th>
          <th className="number">Median per record</th>
          <th className="number">Working time</th>
          <th className="number">Per hour</th>
        </tr>
      </thead>
      <tbody>
        {pace.map(({ reviewer, decided, medianSeconds, minutes }) => (
          <tr key={reviewer}>
            <td>{reviewer}</td>
            <td className="number">{decided}</td>
            <td className="number">
              {medianSeconds === null ? "–" : `${medianSeconds.toFixed(1)} s`}
            </td>
            <td className="number">{minutes < 1 ? "under 1 min" : `${Math.round(minutes)} min`}</td>
            <td className="number">
              {minutes < 1 ? "–" : Math.round(((decided - 1) / minutes) * 60)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
