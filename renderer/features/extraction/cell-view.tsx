/** One cell in the one language of states. */
import { TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { GridCell } from "../../../electron/api/schemas/extraction.ts";
import { StateIcon } from "../../frame/state-mark.tsx";

type CellViewProps = {
  cell: GridCell;
  focused: boolean;
  editing: boolean;
  onFocus: () => void;
  onSave: (text: string) => void;
  onCancel: () => void;
  onDrop: () => void;
};

const words: Partial<Record<GridCell["state"], string>> = {
  empty: "–",
  notReported: "Not reported",
  figureOnly: "Figure only",
  failed: "Model failed",
};

export function CellView({
  cell,
  focused,
  editing,
  onFocus,
  onSave,
  onCancel,
  onDrop,
}: CellViewProps) {
  const [over, setOver] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!focused || editing) return;
    // Typing in the paper's search must not lose its place to a re-render.
    if (document.activeElement instanceof HTMLInputElement) return;
    button.current?.focus({ preventScroll: true });
    button.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [focused, editing]);
  if (editing) return <CellEditor cell={cell} onSave={onSave} onCancel={onCancel} />;
  // A value that was found but not in every respect: told on the cell, not only in its panel.
  const doubt =
    cell.state === "verified"
      ? cell.suggestion?.checks
          .filter(({ ok }) => !ok)
          .map(({ message }) => message)
          .join("; ")
      : undefined;
  const before = cell.state === "corrected" ? suggestedText(cell) : null;
  return (
    <button
      type="button"
      ref={button}
      className="cell"
      data-state={cell.state}
      aria-selected={focused}
      role="gridcell"
      tabIndex={focused ? 0 : -1}
      onClick={onFocus}
      data-over={over}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("text/plain")) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop();
      }}
      title={before ? `Suggested: ${before}` : undefined}
    >
      <StateIcon state={cell.state} />
      <span className="cell-text">
        {cell.arm && <span className="cell-arm">{cell.arm}</span>}
        {before && <s className="cell-before">{before}</s>}
        {cell.value ?? words[cell.state] ?? "–"}
        {cell.value !== null && cell.unit && <span className="cell-unit"> {cell.unit}</span>}
      </span>
      {doubt && (
        <span className="cell-doubt" title={doubt}>
          <TriangleAlert size={13} aria-label={doubt} />
        </span>
      )}
      {cell.decision && <span className="cell-who">{initials(cell.decision.reviewer)}</span>}
    </button>
  );
}

function CellEditor({
  cell,
  onSave,
  onCancel,
}: {
  cell: GridCell;
  onSave: (text: string) => void;
  onCancel: () => void;
}) {
  const input = useRef<HTMLTextAreaElement>(null);
  const save = (): void => {
    const text = input.current?.value.trim() ?? "";
    if (text === "") onCancel();
    else onSave(text);
  };
  return (
    <textarea
      ref={input}
      className="input cell-editor"
      rows={1}
      autoFocus
      aria-label="The right value"
      defaultValue={cell.value ?? ""}
      onFocus={(event) => event.target.select()}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.shiftKey) {
          event.preventDefault();
          save();
        } else if (event.key === "Escape") onCancel();
      }}
      onBlur={save}
    />
  );
}

/** What the model had proposed, as text. */
function suggestedText(cell: GridCell): string | null {
  const value = cell.suggestion?.value;
  if (value === null || typeof value !== "object" || Array.isArray(value) || !value) return null;
  return typeof value["value"] === "string" ? value["value"] : null;
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .join("")
    .slice(0, 3)
    .toUpperCase();
}
