/** Question: free text on the left; PICO and criteria on the right; everything saves itself. */
import { ArrowRight, Plus, Trash2, Eye, EyeOff } from "lucide-react";
import type { Criterion, Pico, Review } from "../../../electron/api/schemas/review.ts";
import { go } from "../../frame/route.ts";
import { AutosaveField } from "../../ui/autosave-field.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Skeleton, Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { LinkedReads } from "./linked-reads.tsx";
import { ExclusionReasons } from "./exclusion-reasons.tsx";
import "./question.css";

const elements = ["population", "intervention", "comparator", "outcome", "design"] as const;
const hints: Record<(typeof elements)[number], string> = {
  population: "Who: condition, age, setting",
  intervention: "What is done; separate synonyms with commas",
  comparator: "Against what",
  outcome: "What is measured",
  design: "Which kinds of study",
};

export function QuestionPage({ reviewId }: { reviewId: string }) {
  const review = useCall("review.get", { reviewId });
  const update = useChange("review.update", ["screening"]);
  if (review.value === undefined)
    return review.error ? (
      <div className="page-trouble">
        <Trouble error={review.error} onRetry={review.reload} />
      </div>
    ) : (
      <Skeleton />
    );
  const save = async (
    change: Partial<Pick<Review, "title" | "question" | "pico" | "criteria" | "exclusionReasons">>,
  ): Promise<boolean> => (await update.run({ reviewId, ...change })) !== undefined;
  const { title, question, pico, criteria, exclusionReasons, records } = review.value;
  return (
    <div className="question">
      <section className="question-text" aria-label="Question">
        {update.error && (
          <Trouble error={update.error} kept="What you typed is still on this page." />
        )}
        <AutosaveField
          name="title"
          label="Title"
          value={title}
          onSave={async (text) => text.trim() !== "" && save({ title: text.trim() })}
        />
        <AutosaveField
          name="question"
          label="The question, in your own words"
          rows={6}
          value={question}
          placeholder="In adults with …, does … compared with … change …?"
          onSave={(text) => save({ question: text })}
        />
        <LinkedReads reviewId={reviewId} />
        <ExclusionReasons
          reviewId={reviewId}
          reasons={exclusionReasons}
          onSave={(reasons) => save({ exclusionReasons: reasons })}
        />
        <p className="question-next">
          <Button
            kind="primary"
            icon={ArrowRight}
            onPress={() =>
              go({
                page: "review",
                reviewId,
                stage: records === 0 ? "search" : "screen",
                recordId: null,
              })
            }
          >
            {records === 0 ? "Find records" : "Go on screening"}
          </Button>
        </p>
      </section>
      <section className="question-form" aria-label="PICO and criteria">
        <PicoForm pico={pico} onSave={(next) => save({ pico: next })} />
        <CriteriaEditor criteria={criteria} onSave={(next) => save({ criteria: next })} />
      </section>
    </div>
  );
}

function PicoForm({ pico, onSave }: { pico: Pico; onSave: (pico: Pico) => Promise<boolean> }) {
  return (
    <div className="card">
      <div className="card-head">
        <h2>PICO</h2>
      </div>
      <div className="card-body pico">
        {elements.map((element) => (
          <div className="pico-row" key={element}>
            <span className="element" data-element={element}>
              {element}
            </span>
            <AutosaveField
              hideLabel
              name={element}
              label={element}
              value={pico[element]}
              placeholder={hints[element]}
              onSave={(text) => onSave({ ...pico, [element]: text })}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

type CriteriaEditorProps = {
  criteria: Criterion[];
  onSave: (criteria: Criterion[]) => Promise<boolean>;
};

function CriteriaEditor({ criteria, onSave }: CriteriaEditorProps) {
  const change = (id: string, part: Partial<Criterion>): Promise<boolean> =>
    onSave(
      criteria.map((criterion) => (criterion.id === id ? { ...criterion, ...part } : criterion)),
    );
  const add = (kind: Criterion["kind"]): void => {
    const blank = kind === "inclusion" ? "Studies that …" : "Not studies that …";
    void onSave([
      ...criteria,
      { id: crypto.randomUUID(), kind, element: "other", text: blank, weight: 1, muted: false },
    ]);
  };
  const remove = (criterion: Criterion): void => {
    void onSave(criteria.filter(({ id }) => id !== criterion.id)).then(
      (ok) =>
        ok &&
        toast(`Criterion "${criterion.text}" removed`, {
          label: "Undo",
          run: () => void onSave(criteria),
        }),
    );
  };
  return (
    <>
      {(["inclusion", "exclusion"] as const).map((kind) => (
        <div className="card" key={kind}>
          <div className="card-head">
            <h2>{kind === "inclusion" ? "Include when" : "Exclude when"}</h2>
            <Button kind="quiet" icon={Plus} onPress={() => add(kind)}>
              Add
            </Button>
          </div>
          <ul className="criteria">
            {criteria
              .filter((criterion) => criterion.kind === kind)
              .map((criterion) => (
                <li className="criterion" key={criterion.id} data-muted={criterion.muted}>
                  <select
                    className="input element"
                    data-element={criterion.element}
                    aria-label="Element"
                    value={criterion.element}
                    onChange={(event) =>
                      void change(criterion.id, {
                        element:
                          [...elements, "other" as const].find(
                            (known) => known === event.target.value,
                          ) ?? "other",
                      })
                    }
                  >
                    {[...elements, "other"].map((element) => (
                      <option key={element}>{element}</option>
                    ))}
                  </select>
                  <AutosaveField
                    hideLabel
                    name={`criterion-${criterion.id}`}
                    label="Criterion"
                    value={criterion.text}
                    onSave={async (text) =>
                      text.trim() !== "" && change(criterion.id, { text: text.trim() })
                    }
                  />
                  <IconButton
                    label={
                      criterion.muted ? "Use this criterion again" : "Mute: keep, but do not use"
                    }
                    icon={criterion.muted ? EyeOff : Eye}
                    pressed={criterion.muted}
                    onPress={() => void change(criterion.id, { muted: !criterion.muted })}
                  />
                  <IconButton
                    label="Remove this criterion"
                    icon={Trash2}
                    onPress={() => remove(criterion)}
                  />
                </li>
              ))}
            {!criteria.some((criterion) => criterion.kind === kind) && (
              <li className="criterion-none">
                None yet. One short sentence per criterion; each is checked on its own.
              </li>
            )}
          </ul>
        </div>
      ))}
    </>
  );
}
