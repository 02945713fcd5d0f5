/** The answer with its numbered citations, and the passages it may cite. Plain text: nothing in it acts. */
import { FileText, SearchX, TriangleAlert } from "lucide-react";
import type { LibraryAnswer } from "../../../electron/api/schemas/library.ts";
import { plural } from "../../ui/time.ts";

type Opening = { chosen: number | null; onOpen: (n: number) => void };

export function Answer({
  question,
  answer,
  chosen,
  onOpen,
}: { question: string; answer: LibraryAnswer } & Opening) {
  const { found, sentences, passages, model, dropped, absent } = answer;
  return (
    <section className="library-answer" aria-label="Answer" aria-live="polite">
      <h2>{question}</h2>
      {absent.length > 0 && (
        <p className="library-absent">
          <TriangleAlert size={14} aria-hidden />
          <span>Nowhere in your library: {absent.map((word) => `“${word}”`).join(", ")}</span>
        </p>
      )}
      {!found && (
        <p className="library-nothing" data-state="notReported">
          <SearchX size={16} aria-hidden /> Not in your library
        </p>
      )}
      {found && model === null && (
        <p className="field-note">
          No language model was asked. These are the passages nearest to your question, word for
          word; whether they answer it is for you to see.
        </p>
      )}
      {sentences.length > 0 && (
        <div className="library-sentences">
          <span className="state" data-state="suggested">
            suggestion
          </span>
          {sentences.map((sentence, index) => (
            <p key={index}>
              {sentence.text}{" "}
              {sentence.passages.map((n) => (
                <Citation key={n} n={n} chosen={chosen} onOpen={onOpen} />
              ))}
              {sentence.unsupported.length > 0 && (
                <span className="state" data-state="unsupported">
                  {sentence.unsupported.join(", ")} not in the passages
                </span>
              )}
            </p>
          ))}
        </div>
      )}
      {model !== null && (
        <p className="field-note">
          {model}.{" "}
          {dropped > 0 &&
            `${plural(dropped, "sentence")} left out: ${dropped === 1 ? "it cites" : "they cite"} nothing that was given.`}
        </p>
      )}
      {passages.length > 0 && (
        <ol className="library-passages" aria-label="Passages">
          {passages.map((passage) => (
            <PassageLine key={passage.n} passage={passage} chosen={chosen} onOpen={onOpen} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Citation({ n, chosen, onOpen }: { n: number } & Opening) {
  return (
    <button
      type="button"
      className="library-cite numbers"
      aria-label={`Passage ${n}`}
      aria-pressed={chosen === n}
      onClick={() => onOpen(n)}
    >
      {n}
    </button>
  );
}

function PassageLine({
  passage,
  chosen,
  onOpen,
}: { passage: LibraryAnswer["passages"][number] } & Opening) {
  const { n, title, text, section, page, assetId } = passage;
  const place = [section, page === null ? "" : `page ${page}`].filter((part) => part !== "");
  return (
    <li id={`passage-${n}`}>
      <button
        type="button"
        className="library-passage"
        aria-current={chosen === n}
        onClick={() => onOpen(n)}
      >
        <span className="library-number numbers">{n}</span>
        <span>
          <span className="library-title">{title}</span>
          <q>{text.startsWith(title) ? text.slice(title.length).trim() || title : text}</q>
          <span className="field-note library-place">
            {assetId !== null && <FileText size={13} aria-label="Paper" />}
            {place.join(" · ")}
          </span>
        </span>
      </button>
    </li>
  );
}
