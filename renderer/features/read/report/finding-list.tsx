/** The reader's findings with their place and measurement, the way to evidence, and the reviews linked to them. */
import { BookOpen, Crosshair, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import type { ReaderFinding, Template } from "../../../../electron/api/schemas/reading.ts";
import type { Output } from "../../../../electron/api/contract.ts";
import { call } from "../../../call.ts";
import { go } from "../../../frame/route.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { toast } from "../../../ui/toast.tsx";
import { asError, invalidate, useCall } from "../../../use-call.ts";
import { shownValue } from "../measure/geometry.ts";
import { candidates, placeText, type NewFinding } from "./accepted.ts";
import { FindingForm } from "./finding-form.tsx";

type ListProps = {
  study: Study;
  series: Series;
  reading: Output<"imaging.reading">;
  template: Template | undefined;
  sliceNow: () => number;
  onGoTo: (finding: ReaderFinding) => void;
};

export function FindingList({ study, series, reading, template, sliceNow, onGoTo }: ListProps) {
  const [adding, setAdding] = useState(false);
  const { findings, measurements, links } = reading;
  const reviews = useCall("review.list", links.length > 0 ? {} : null).value ?? [];
  const accepted = candidates(study, findings);

  async function guarded(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      invalidate("imaging.reading");
      return true;
    } catch (thrown) {
      toast(`Not stored: ${asError(thrown).message}`);
      return false;
    }
  }
  const add = (finding: NewFinding): Promise<boolean> =>
    guarded(() => call("imaging.addFinding", { studyId: study.id, finding }));

  const remove = async ({ id, by: _by, at: _at, ...finding }: ReaderFinding): Promise<void> => {
    const done = await guarded(() =>
      call("imaging.removeEntry", { studyId: study.id, entryId: id }),
    );
    if (done) toast("Finding removed.", { label: "Undo", run: () => void add(finding) });
  };

  /** The question holds the finding's words and the kind of image, nothing of the patient. */
  const findEvidence = (finding: ReaderFinding): Promise<boolean> =>
    guarded(async () => {
      const about = { studyId: study.id, findingId: finding.id };
      const review = await call("review.create", await call("imaging.questionFor", about));
      await call("imaging.linkReview", { ...about, reviewId: review.id });
      invalidate("review", "imaging");
      go({ page: "review", reviewId: review.id, stage: "question", recordId: null });
    });

  return (
    <section className="report-part" aria-label="Findings">
      <header>
        <h2>Findings</h2>
        {!adding && (
          <Button kind="quiet" icon={Plus} onPress={() => setAdding(true)}>
            Add
          </Button>
        )}
      </header>
      {findings.length === 0 && !adding && accepted.length === 0 && (
        <p className="field-note">
          Add what you see, or accept a suggestion under Conversation. The draft is written from
          findings and from what you accepted, nothing else.
        </p>
      )}
      <ul className="report-findings">
        {findings.map((finding) => (
          <li key={finding.id}>
            <div>
              <strong>{finding.label}</strong>
              <span className="field-note">
                {[
                  placeText(finding, study.images),
                  ...measurements
                    .filter(({ id }) => finding.measurementIds.includes(id))
                    .map(({ values }) => values.slice(0, 2).map(shownValue).join(" × ")),
                  finding.note,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              {links
                .filter(({ findingId }) => findingId === finding.id)
                .map(({ id, reviewId }) => (
                  <Button
                    key={id}
                    kind="quiet"
                    className="report-link"
                    onPress={() =>
                      go({ page: "review", reviewId, stage: "question", recordId: null })
                    }
                  >
                    {reviews.find((review) => review.id === reviewId)?.title ?? "Linked review"}
                  </Button>
                ))}
            </div>
            <div className="report-row-acts">
              {finding.slice !== undefined && (
                <IconButton
                  label={`Show slice ${finding.slice + 1}`}
                  icon={Crosshair}
                  disabled={finding.seriesId !== series.id}
                  onPress={() => onGoTo(finding)}
                />
              )}
              <IconButton
                label={`Find evidence for ${finding.label}`}
                icon={BookOpen}
                onPress={() => void findEvidence(finding)}
              />
              <IconButton
                label={`Remove ${finding.label}`}
                icon={Trash2}
                onPress={() => void remove(finding)}
              />
            </div>
          </li>
        ))}
        {accepted.map((one) => (
          <li key={one.id}>
            <div>
              <span>{one.text}</span>
              <span className="field-note">a suggestion that you accepted</span>
            </div>
            <Button
              kind="quiet"
              icon={Plus}
              onPress={() =>
                void one.findings.reduce(
                  async (before, finding) => ((await before) ? add(finding) : false),
                  Promise.resolve(true),
                )
              }
            >
              As finding
            </Button>
          </li>
        ))}
      </ul>
      {adding && (
        <FindingForm
          series={series}
          template={template}
          measurements={measurements.filter(({ seriesId }) => seriesId === series.id)}
          sliceNow={sliceNow}
          onAdd={add}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}
