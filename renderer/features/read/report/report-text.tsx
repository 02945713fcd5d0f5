/** The report's text: drafted by rule, each sentence with what it rests on in view while it has the focus. */
import { FileText, Plus, Save, Trash2, Undo2 } from "lucide-react";
import { useId, useState } from "react";
import type { Output } from "../../../../electron/api/contract.ts";
import type { Study } from "../../../../electron/api/schemas/imaging.ts";
import type { ReportSection, Sentence } from "../../../../electron/api/schemas/reading.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { toast } from "../../../ui/toast.tsx";
import { useChange } from "../../../use-call.ts";
import { Trouble } from "../../../ui/feedback.tsx";
import { reworded, sourceTexts, withoutBlank, withSentence } from "./sentences.ts";
import type { Draft, useDraft } from "./use-report.ts";

type TextProps = {
  study: Study;
  reading: Output<"imaging.reading">;
  work: ReturnType<typeof useDraft>;
  templateId: string;
  onTemplate: (templateId: string) => void;
};

export function ReportText({ study, reading, work, templateId, onTemplate }: TextProps) {
  const drafting = useChange("imaging.draftReport", [], "byCaller");
  const saving = useChange("imaging.saveReport");
  const { draft, unsaved, change } = work;
  // The sources stay where they were opened: closing them on blur would move Save away from under a press.
  const [inView, setInView] = useState("");

  async function write(): Promise<void> {
    const before = draft;
    const answer = await drafting.run({ studyId: study.id, templateId });
    if (!answer) return;
    change({ templateId, sections: answer.sections });
    if (before)
      toast("Drafted anew from what you accepted and found.", {
        label: "Undo",
        run: () => change(before),
      });
  }
  async function save(now: Draft): Promise<void> {
    const saved = await saving.run({
      studyId: study.id,
      templateId: now.templateId,
      sections: withoutBlank(now.sections),
    });
    if (saved) change(null);
  }
  const edit = (place: [string, number], sentence: Sentence | null): void => {
    if (draft)
      change({
        templateId: draft.templateId,
        sections: withSentence(draft.sections, place, sentence),
      });
  };

  return (
    <section className="report-part" aria-label="Report text">
      <header>
        <h2>Text</h2>
        <select
          className="input"
          aria-label="Template"
          value={templateId}
          onChange={(event) => onTemplate(event.target.value)}
        >
          {reading.templates.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
        <Button icon={FileText} disabled={drafting.running} onPress={() => void write()}>
          {draft ? "Draft anew" : "Draft"}
        </Button>
      </header>
      {drafting.error && <Trouble error={drafting.error} onClose={drafting.clear} />}
      {draft?.sections.map((section) => (
        <Section
          key={section.id}
          section={section}
          sourcesOf={(sentence) => sourceTexts(sentence, { study, ...reading })}
          onEdit={(index, sentence) => edit([section.id, index], sentence)}
          inView={inView}
          onFocus={setInView}
        />
      ))}
      {saving.error && (
        <Trouble
          error={saving.error}
          kept="Your text is still here. Take the sentence out or draft anew."
          onClose={saving.clear}
        />
      )}
      {draft && unsaved && (
        <div className="report-acts">
          <Button
            kind="primary"
            icon={Save}
            disabled={saving.running}
            onPress={() => void save(draft)}
          >
            Save report
          </Button>
          {reading.report && (
            <Button
              icon={Undo2}
              onPress={() => {
                change(null);
                toast("Back to the saved text.", { label: "Undo", run: () => change(draft) });
              }}
            >
              Discard changes
            </Button>
          )}
          <span className="finding-unsaved">not saved</span>
        </div>
      )}
    </section>
  );
}

type SectionProps = {
  section: ReportSection;
  sourcesOf: (sentence: Sentence) => string[];
  onEdit: (index: number, sentence: Sentence | null) => void;
  /** The sentence whose sources are open, and the way to say so. */
  inView: string;
  onFocus: (sentence: string) => void;
};

function Section({
  section: { title, sentences },
  sourcesOf,
  onEdit,
  inView,
  onFocus,
}: SectionProps) {
  const id = useId();
  return (
    <div className="report-section">
      <h3>{title}</h3>
      <ul>
        {sentences.map((sentence, index) => (
          <li
            key={index}
            className="report-sentence"
            data-in-view={inView === `${id}-${index}` || undefined}
            onFocus={() => onFocus(`${id}-${index}`)}
          >
            <textarea
              className="input"
              rows={1}
              aria-label={`Sentence ${index + 1} of ${title}`}
              aria-describedby={`${id}-${index}`}
              maxLength={4000}
              autoFocus={sentence.text === ""}
              value={sentence.text}
              onChange={(event) => onEdit(index, reworded(sentence, event.target.value))}
            />
            <IconButton
              label={`Take sentence ${index + 1} of ${title} out`}
              icon={Trash2}
              onPress={() => onEdit(index, null)}
            />
            <ul className="report-sources" id={`${id}-${index}`} aria-label="Sources">
              {sourcesOf(sentence).map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      <Button
        kind="quiet"
        icon={Plus}
        onPress={() => onEdit(sentences.length, { text: "", sources: [] })}
      >
        Add a sentence
      </Button>
    </div>
  );
}
