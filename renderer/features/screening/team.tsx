/** The team: how the review is screened, who is how far, how well they agree, and bundles to merge. */
import { Download, Upload, UsersRound } from "lucide-react";
import { useState } from "react";
import type { Review } from "../../../electron/api/schemas/review.ts";
import type { TeamPlan } from "../../../electron/api/schemas/team.ts";
import { native } from "../../native.ts";
import { putAsset } from "../../call.ts";
import { Button } from "../../ui/button.tsx";
import { Bar, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { plural } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import type { AppError } from "../../../electron/api/errors.ts";
import { asError, useCall, useChange } from "../../use-call.ts";
import { AgreementTables } from "./agreement.tsx";

const howMany = [
  { id: "each", text: "One reviewer" },
  { id: "shared", text: "One, work shared" },
  { id: "two", text: "Two, blinded" },
] as const;
type HowMany = (typeof howMany)[number]["id"];
const howManyMeans: Record<HowMany, string> = {
  each: "One decision settles a record. Each reviewer has a queue of their own.",
  shared: "One decision settles a record, and it leaves everybody's queue.",
  two: "Two decide on each record without seeing each other's decision, reason or note. Where they differ, a third decision settles it.",
};
const extractors = [
  { id: "one", text: "One extractor" },
  { id: "two", text: "Two, blinded" },
] as const;
const when = [
  { id: "before", text: "Before the decision" },
  { id: "after", text: "After it" },
  { id: "never", text: "Never" },
] as const;
const whenMeans: Record<TeamPlan["suggestions"], string> = {
  before: "Verdicts, marked words and scores show with the record, and the best come first.",
  after: "The best come first, but verdicts, marks and scores only show once you have decided.",
  never: "File order, no marks, no verdicts: no model touches the decision.",
};

export function Team({ review }: { review: Review }) {
  const reviewId = review.id;
  const team = useCall("team.get", { reviewId });
  const set = useChange("team.set", ["review", "screening", "extraction", "audit"]);
  if (!team.value)
    return team.error ? <Trouble error={team.error} onRetry={team.reload} /> : <Skeleton />;
  const { plan, reviewers, me, waiting } = team.value;
  const many: HowMany = plan.reviewers === 2 ? "two" : plan.shared ? "shared" : "each";
  return (
    <div className="team">
      {set.error && <Trouble error={set.error} kept="The plan is as it was." />}
      <section className="card" aria-labelledby="plan-heading">
        <div className="card-head">
          <h2 id="plan-heading">How this review is screened</h2>
        </div>
        <div className="card-body team-plan">
          <div className="field">
            <span className="field-label">Decisions per record</span>
            <Segmented
              label="Decisions per record"
              options={howMany}
              value={many}
              onChange={(id) =>
                void set.run({
                  reviewId,
                  reviewers: id === "two" ? 2 : 1,
                  shared: id === "shared",
                })
              }
            />
            <span className="field-note">{howManyMeans[many]}</span>
          </div>
          <div className="field">
            <span className="field-label">Values from the papers</span>
            <Segmented
              label="Values from the papers"
              options={extractors}
              value={plan.extractors === 2 ? "two" : "one"}
              onChange={(id) => void set.run({ reviewId, extractors: id === "two" ? 2 : 1 })}
            />
            <span className="field-note">
              {plan.extractors === 2
                ? "Two take each value without seeing the other's. Where they differ, a consensus settles the cell; only settled cells are exported."
                : "One decision settles a cell of the table."}
            </span>
          </div>
          <div className="field">
            <span className="field-label">Suggestions show</span>
            <Segmented
              label="Suggestions show"
              options={when}
              value={plan.suggestions}
              onChange={(suggestions) => void set.run({ reviewId, suggestions })}
            />
            <span className="field-note">{whenMeans[plan.suggestions]}</span>
          </div>
          <p className="field-note">Each change stands in the audit with who made it and when.</p>
        </div>
      </section>
      <section className="card" aria-labelledby="people-heading">
        <div className="card-head">
          <h2 id="people-heading">Who is how far</h2>
          {plan.reviewers === 2 && (
            <span className="field-note numbers">
              {plural(waiting.records, "record")} wait for a second decision, {waiting.forMe} for
              yours
            </span>
          )}
        </div>
        <ul className="card-body team-people">
          {reviewers.map(({ name, screened, assessed }) => (
            <li key={name}>
              <span className="team-name">
                <UsersRound size={14} aria-hidden /> {name}
                {name === me && <span className="chip">You</span>}
              </span>
              <Bar
                part={review.records ? screened / review.records : 0}
                label={`${name}: screened`}
              />
              <span className="numbers count">
                {screened.toLocaleString()} of {review.records.toLocaleString()} screened
                {assessed > 0 && `, ${plural(assessed, "full text")}`}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <AgreementTables reviewId={reviewId} />
      <Bundles reviewId={reviewId} me={me} />
    </div>
  );
}

function Bundles({ reviewId, me }: { reviewId: string; me: string }) {
  const take = useChange("team.exportBundle", ["audit"]);
  const merge = useChange("team.importBundle", ["review", "screening", "audit"]);
  const [problem, setProblem] = useState<AppError | null>(null);
  const [report, setReport] = useState<string | null>(null);
  async function save(): Promise<void> {
    setProblem(null);
    const made = await take.run({ reviewId });
    if (!made) return;
    await native
      .saveAsset(made.assetId, made.name)
      .then(() => toast(`Saved ${made.name}: ${plural(made.decisions, "decision")}`))
      .catch((thrown: unknown) => setProblem(asError(thrown)));
  }
  async function open(): Promise<void> {
    setProblem(null);
    setReport(null);
    const [file] = await native.chooseFiles({ accept: ".json", multiple: false });
    if (!file) return;
    try {
      const { id } = await putAsset(file);
      const merged = await merge.run({ reviewId, assetId: id, name: file.name });
      if (!merged) return;
      setReport(
        [
          `${merged.reviewer}: ${plural(merged.added, "decision")} added, ${merged.known} known already`,
          merged.superseded > 0 ? `${merged.superseded} superseded by later ones` : "",
          merged.unmatched.length > 0
            ? `${plural(merged.unmatched.length, "record")} not in this review, left out: ${merged.unmatched.map(({ title, doi }) => title || doi).join("; ")}`
            : "",
          merged.conflicts > 0
            ? `${plural(merged.conflicts, "conflict")} open now`
            : "no conflict open",
        ]
          .filter(Boolean)
          .join("; "),
      );
    } catch (thrown) {
      setProblem(asError(thrown));
    }
  }
  const error = problem ?? take.error ?? merge.error;
  return (
    <section className="card" aria-labelledby="bundle-heading">
      <div className="card-head">
        <h2 id="bundle-heading">Work on two machines</h2>
      </div>
      <div className="card-body team-bundles">
        <p className="field-note">
          Send a copy of the review file (Report page) to the other reviewer first. Then exchange
          decisions: a bundle holds one person's decisions, reasons, notes and tags, signed by hash.
          Merging overwrites nothing; a later decision of the same person supersedes.
        </p>
        {error && <Trouble error={error} kept="Nothing was written." />}
        {report && (
          <p role="status" className="team-merged">
            {report}.
          </p>
        )}
        <p className="record-row-acts">
          <Button icon={Download} disabled={take.running} onPress={() => void save()}>
            Save {me}'s decisions
          </Button>
          <Button icon={Upload} disabled={merge.running} onPress={() => void open()}>
            Merge a bundle
          </Button>
        </p>
      </div>
    </section>
  );
}
