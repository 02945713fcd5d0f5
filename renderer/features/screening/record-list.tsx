/**
 * All records as a list, with the criteria grid: filter, search, walk and decide by keyboard. Rows
 * load in chunks as they come into view.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { Grid3x3, Layers2, Plus, ScanEye, Search } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import type { Review } from "../../../electron/api/schemas/review.ts";
import { useRemembered } from "../../frame/remembered.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { GroupSuggestions } from "./group-suggestions.tsx";
import { AddRecord } from "./add-record.tsx";
import { DecisionBar } from "./decision-bar.tsx";
import { chunkRows, type ListFilter, type ListQuery } from "./list-query.ts";
import { GridHead, RowChunk } from "./list-rows.tsx";
import { LookAgain } from "./look-again.tsx";
import { RecordPanel } from "./record-panel.tsx";

const filters = [
  { id: "any", text: "All" },
  { id: "none", text: "Open" },
  { id: "include", text: "Included" },
  { id: "exclude", text: "Excluded" },
  { id: "maybe", text: "Maybe" },
] as const;
type Action = "include" | "exclude" | "maybe";

const rowPx = 44;

export function RecordList({ review }: { review: Review }) {
  const reviewId = review.id;
  const [decision, setDecision] = useState<ListFilter>("any");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [tag, setTag] = useState("");
  const [grid, setGrid] = useRemembered("screen-grid", true);
  const [grouping, setGrouping] = useState(false);
  const [looking, setLooking] = useState(false);
  const [adding, setAdding] = useState(false);
  const [active, setActive] = useState(0);
  const find = useRef<HTMLInputElement>(null);
  const text = useDeferredValue(typed);
  const query: ListQuery = {
    reviewId,
    decision,
    text,
    ...(reason ? { reason } : {}),
    ...(tag ? { tag } : {}),
  };
  const tags = useCall("records.tags", { reviewId }).value ?? [];
  const first = useCall("review.records", { ...query, offset: 0, limit: chunkRows });
  const total = first.value?.total ?? 0;
  const at = Math.min(active, Math.max(0, total - 1));
  const undo = useChange("screening.undo", ["review"]);
  const part = useCall("review.records", {
    ...query,
    offset: Math.floor(at / chunkRows) * chunkRows,
    limit: chunkRows,
  });
  const opened = part.value?.records[at % chunkRows] ?? null;
  const decide = useChange("screening.decide", ["review", "team.get"]);
  const [choosing, setChoosing] = useState(false);
  const decideOpened = async (action: Action, why?: string): Promise<void> => {
    if (!opened || decide.running) return;
    setChoosing(false);
    const recordId = opened.id;
    const stored = await decide.run({
      reviewId,
      recordId,
      action,
      ...(why ? { reason: why } : {}),
    });
    // Where decided records leave the list, the next one moves up by itself.
    if (stored && (decision === "any" || decision === action)) setActive(at + 1);
  };
  const askOrDecide = (action: Action): void => {
    if (action === "exclude" && review.exclusionReasons.length > 0) setChoosing(opened !== null);
    else void decideOpened(action);
  };
  const takeBack = async (): Promise<void> => {
    const answer = await undo.run({ reviewId });
    if (answer)
      toast(answer.undone ? `Taken back: ${answer.title}` : "There is nothing of yours to undo.");
  };
  const step = (by: number): void => setActive(Math.min(total - 1, Math.max(0, at + by)));
  useShortcuts("List", [
    { keys: ["j", "arrowdown"], label: "Next record", hidden: true, run: () => step(1) },
    { keys: ["k", "arrowup"], label: "Previous record", hidden: true, run: () => step(-1) },
    { keys: "pagedown", label: "Ten records on", hidden: true, run: () => step(10) },
    { keys: "pageup", label: "Ten records back", hidden: true, run: () => step(-10) },
    { keys: "i", label: "Include", once: true, run: () => void decideOpened("include") },
    {
      keys: "e",
      label: "Exclude, then a digit for the reason",
      once: true,
      run: () => askOrDecide("exclude"),
    },
    { keys: "m", label: "Maybe, put aside", once: true, run: () => void decideOpened("maybe") },
    {
      keys: ["u", "mod+z"],
      label: "Undo the last decision",
      once: true,
      run: () => void takeBack(),
    },
    { keys: "g", label: "Show or hide the criteria grid", run: () => setGrid(!grid) },
    { keys: "l", label: "Decisions to look at again", run: () => setLooking(!looking) },
    { keys: "/", label: "Find in the list", run: () => find.current?.focus() },
  ]);
  const excludeFor = (index: number): void =>
    void decideOpened("exclude", review.exclusionReasons[index]);
  useShortcuts(
    "Reason for exclusion",
    [
      {
        keys: review.exclusionReasons.slice(0, 9).map((_, index) => String(index + 1)),
        label: "The reason with this number",
        once: true,
        hidden: true,
        run: (key) => excludeFor(Number(key) - 1),
      },
      {
        keys: ["enter", "e"],
        label: "Without a reason",
        once: true,
        hidden: true,
        run: () => excludeFor(-1),
      },
      { keys: "escape", label: "Do not exclude", hidden: true, run: () => setChoosing(false) },
    ],
    choosing,
  );
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler is not in use here.
  const virtual = useVirtualizer({
    count: Math.ceil(total / chunkRows),
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowPx * Math.min(chunkRows, total - index * chunkRows),
    overscan: 0,
  });
  useEffect(() => keepInView(scroller.current, at), [at]);
  const criteria = grid ? review.criteria.filter(({ muted }) => !muted) : [];
  const error = decide.error ?? undo.error;
  return (
    <div className="record-list" style={{ "--criteria": criteria.length } as React.CSSProperties}>
      <div className="record-list-bar">
        <label className="search-field">
          <Search size={14} aria-hidden />
          <input
            ref={find}
            type="search"
            aria-label="Find in titles, abstracts, authors and notes"
            placeholder="Find in titles, abstracts, authors, notes"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          />
          <span className="count">{total.toLocaleString()}</span>
        </label>
        <Choice
          label="Reason"
          value={reason}
          options={review.exclusionReasons}
          onChoose={setReason}
        />
        <Choice label="Tag" value={tag} options={tags.map((one) => one.tag)} onChoose={setTag} />
        <Segmented label="Decision" options={filters} value={decision} onChange={setDecision} />
        <Button kind="quiet" icon={Grid3x3} shortcut="G" onPress={() => setGrid(!grid)}>
          Criteria
        </Button>
        <Button kind="quiet" icon={Plus} onPress={() => setAdding(!adding)}>
          Add
        </Button>
        <Button kind="quiet" icon={ScanEye} shortcut="L" onPress={() => setLooking(!looking)}>
          Look again
        </Button>
        <Button kind="quiet" icon={Layers2} onPress={() => setGrouping(!grouping)}>
          Related
        </Button>
      </div>
      {adding && <AddRecord reviewId={reviewId} onClose={() => setAdding(false)} />}
      {looking && <LookAgain reviewId={reviewId} onClose={() => setLooking(false)} />}
      {grouping && <GroupSuggestions reviewId={reviewId} onClose={() => setGrouping(false)} />}
      {error && <Trouble error={error} kept="The record keeps its earlier decision." />}
      <div className="record-rows" ref={scroller} role="grid" aria-label="Records and criteria">
        {criteria.length > 0 && <GridHead criteria={criteria} />}
        {first.value && total === 0 && (
          <Empty icon={Search}>No record fits. Change the filter or the words.</Empty>
        )}
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={`${JSON.stringify(query)} ${item.index}`}
              role="presentation"
              style={{ position: "absolute", insetInline: 0, top: item.start }}
            >
              <RowChunk
                query={query}
                index={item.index}
                active={at}
                criteria={criteria}
                onOpen={setActive}
              />
            </div>
          ))}
        </div>
      </div>
      {choosing && (
        <DecisionBar
          decision={null}
          busy={decide.running}
          reasons={review.exclusionReasons}
          onInclude={() => void decideOpened("include")}
          onExclude={() => askOrDecide("exclude")}
          onMaybe={() => void decideOpened("maybe")}
          onReason={(why) => void decideOpened("exclude", why)}
          onCloseReasons={() => setChoosing(false)}
        />
      )}
      {opened && <RecordPanel review={review} record={opened} onDecide={askOrDecide} />}
    </div>
  );
}

/** The row in hand stays in view, below the grid's head. */
function keepInView(scroller: HTMLElement | null, row: number): void {
  if (!scroller) return;
  const top = row * rowPx;
  const room = scroller.clientHeight - rowPx;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + rowPx > scroller.scrollTop + room) scroller.scrollTop = top + rowPx - room;
}

type ChoiceProps = {
  label: string;
  value: string;
  options: string[];
  onChoose: (value: string) => void;
};

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  if (options.length === 0) return null;
  return (
    <select
      className="input list-choice"
      aria-label={`Only records with this ${label.toLowerCase()}`}
      value={value}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">Any {label.toLowerCase()}</option>
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}
