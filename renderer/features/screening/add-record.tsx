/** One record by hand, in the middle of the work: from a colleague, a reference list, a website. */
import { X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { IconButton } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { useChange } from "../../use-call.ts";

const blank = { title: "", abstract: "", authors: "", year: "", journal: "", doi: "", pmid: "" };
const fields = [
  ["title", "Title"],
  ["authors", "Authors, with semicolons between them"],
  ["year", "Year"],
  ["journal", "Journal"],
  ["doi", "DOI"],
  ["pmid", "PMID"],
] as const;

export function AddRecord({ reviewId, onClose }: { reviewId: string; onClose: () => void }) {
  const [draft, setDraft] = useState(blank);
  const add = useChange("records.add", ["review", "screening", "audit"]);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const year = Number.parseInt(draft.year, 10);
    const added = await add.run({
      reviewId,
      ...draft,
      title: draft.title.trim(),
      authors: draft.authors
        .split(";")
        .map((author) => author.trim())
        .filter(Boolean),
      year: Number.isNaN(year) ? null : year,
    });
    if (!added) return;
    if (added.duplicates > 0)
      return toast("The review holds this record already; nothing was added.");
    toast(`Added: ${draft.title.slice(0, 56)}`);
    setDraft(blank);
  }
  return (
    <form className="add-record" aria-label="Add a record" onSubmit={(event) => void submit(event)}>
      {fields.map(([name, label]) => (
        <input
          key={name}
          className="input"
          name={`add-${name}`}
          aria-label={label}
          placeholder={label}
          dir="auto"
          required={name === "title"}
          value={draft[name]}
          onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
        />
      ))}
      <textarea
        className="input"
        name="add-abstract"
        aria-label="Abstract"
        placeholder="Abstract"
        dir="auto"
        rows={2}
        value={draft.abstract}
        onChange={(event) => setDraft({ ...draft, abstract: event.target.value })}
      />
      <button type="submit" className="button" data-kind="primary">
        Add the record
      </button>
      <IconButton label="Close" icon={X} onPress={onClose} />
      {add.error && <Trouble error={add.error} kept="Your words are still in the fields." />}
    </form>
  );
}
