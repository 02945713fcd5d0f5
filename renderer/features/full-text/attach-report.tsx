/** What became of each dropped paper; those without a record can be given one here. */
import { Check, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import type { AttachResult } from "../../../electron/api/schemas/extraction.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { plural } from "../../ui/time.ts";

type AttachReportProps = {
  results: AttachResult[];
  onAttach: (result: AttachResult, recordId: string) => Promise<void>;
  onPassword: (result: AttachResult, password: string) => Promise<void>;
  onClose: () => void;
};

const matchNames = {
  doi: "DOI",
  title: "title",
  registration: "trial number",
  chosen: "your choice",
} as const;

export function AttachReport({ results, onAttach, onPassword, onClose }: AttachReportProps) {
  if (results.length === 0) return null;
  const attached = results.filter((result) => result.recordId !== null).length;
  return (
    <section className="card attach-report" aria-label="What became of the papers">
      <div className="card-head">
        <h2>
          {plural(attached, "file")} attached
          {attached < results.length && `, ${results.length - attached} not`}
        </h2>
        <IconButton label="Close this report" icon={X} onPress={onClose} />
      </div>
      <ul>
        {results.map((result) => (
          <li key={`${result.assetId} ${result.name}`} className="attach-line">
            {result.recordId === null ? (
              <TriangleAlert size={15} className="attach-warning" aria-label="Not attached" />
            ) : (
              <Check size={15} aria-label="Attached" />
            )}
            <div>
              <p>
                <strong>{result.name}</strong>
                {result.matchedBy && (
                  <span className="count"> matched by {matchNames[result.matchedBy]}</span>
                )}
              </p>
              {result.warning && <p className="field-note">{result.warning}</p>}
              {result.code === "passwordRequired" && (
                <PasswordForm onPassword={(password) => void onPassword(result, password)} />
              )}
              {result.recordId === null && result.candidates.length > 0 && (
                <div className="attach-candidates">
                  {result.candidates.slice(0, 3).map((candidate) => (
                    <Button
                      key={candidate.recordId}
                      onPress={() => void onAttach(result, candidate.recordId)}
                    >
                      <span className="attach-title">Attach to: {candidate.title}</span>
                    </Button>
                  ))}
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function PasswordForm({ onPassword }: { onPassword: (password: string) => void }) {
  const [text, setText] = useState("");
  return (
    <form
      className="attach-password"
      onSubmit={(event) => {
        event.preventDefault();
        onPassword(text);
      }}
    >
      <input
        className="input"
        type="password"
        aria-label="Password of the paper"
        placeholder="Password; used once, not stored"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="button">
        Open
      </button>
    </form>
  );
}
