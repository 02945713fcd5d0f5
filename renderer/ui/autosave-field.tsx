/** A text field that saves itself: half a second after the last key, and at once when left. */
import { Check } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from "react";

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
  const [saved, setSaved] = useState(false);
  // What is typed and not yet acknowledged; null when nothing is.
  const pending = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  // What the backend holds wins, unless the user is in the middle of a word.
  useEffect(() => {
    if (pending.current === null) setText(value);
  }, [value]);

  function flush(): void {
    if (timer.current) clearTimeout(timer.current);
    const saving = pending.current;
    if (saving === null) return;
    pending.current = null;
    void onSave(saving).then((ok) => {
      if (ok) setSaved(pending.current === null);
      else pending.current ??= saving;
    });
  }
  const flushOnLeave = useEffectEvent(flush);
  useEffect(() => () => flushOnLeave(), []);

  return (
    <label className="field">
      <span className={hideLabel ? "visually-hidden" : "field-label"}>
        {label}
        {saved && (
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
          setSaved(false);
          pending.current = event.target.value;
          if (timer.current) clearTimeout(timer.current);
          timer.current = setTimeout(flush, pauseMs);
        }}
        onBlur={flush}
      />
    </label>
  );
}
