/** A text field that saves itself: half a second after the last key, and at once when left. */
import { Check } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";

const pauseMs = 500;

type AutosaveFieldProps = {
  label: ReactNode;
  value: string;
  /** Resolves to true after the write was acknowledged. */
  onSave: (value: string) => Promise<boolean>;
  placeholder?: string;
  rows?: number;
  hideLabel?: boolean;
  name: string;
};

export function AutosaveField({
  label,
  value,
  onSave,
  placeholder,
  rows = 1,
  hideLabel = false,
  name,
}: AutosaveFieldProps) {
  const [text, setText] = useState(value);
  const [state, setState] = useState<"clean" | "typing" | "saved">("clean");
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef({ text, state, onSave });
  latest.current = { text, state, onSave };

  // What the backend holds wins, unless the user is in the middle of a word.
  useEffect(() => {
    if (latest.current.state !== "typing") setText(value);
  }, [value]);

  const flush = (): void => {
    if (timer.current) clearTimeout(timer.current);
    if (latest.current.state !== "typing") return;
    const saving = latest.current.text;
    latest.current.state = "clean";
    void latest.current
      .onSave(saving)
      .then((ok) => setState(ok && latest.current.text === saving ? "saved" : "typing"));
  };
  useEffect(() => flush, []);

  return (
    <label className="field">
      <span className={hideLabel ? "visually-hidden" : "field-label"}>
        {label}
        {state === "saved" && (
          <span className="field-note" role="status">
            <Check size={12} aria-label="Saved" />
          </span>
        )}
      </span>
      <textarea
        className="input"
        name={name}
        rows={rows}
        value={text}
        placeholder={placeholder}
        onChange={(event) => {
          setText(event.target.value);
          setState("typing");
          if (timer.current) clearTimeout(timer.current);
          timer.current = setTimeout(flush, pauseMs);
        }}
        onBlur={flush}
      />
    </label>
  );
}
