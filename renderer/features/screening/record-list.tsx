/** All records as a list: filter, search, open. Rows load in chunks as they come into view. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { Search } from "lucide-react";
import { useDeferredValue, useRef, useState } from "react";
import type { Review, ReviewRecord } from "../../../electron/api/schemas/review.ts";
import { StateMark } from "../../frame/state-mark.tsx";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Why } from "../../frame/why.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty, Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useCall, useChange } from "../../use-call.ts";

const filters = [
  { id: "any", text: "All" },
  { id: "none", text: "Open" },
  { id: "include", text: "Included" },
  { id: "exclude", text: "Excluded" },
  { id: "maybe", text: "Maybe" },
] as const;
type Filter = (typeof filters)[number]["id"];
type Query = { reviewId: string; decision: Filter; text: string };

const rowPx = 44;
const chunkRows = 100;

export function RecordList({ review }: { review: Review }) {
  const [decision, setDecision] = useState<Filter>("any");
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState<ReviewRecord | null>(null);
  const decide = useChange("screening.decide", ["review"]);
  const decideOpened = async (action: "include" | "exclude" | "maybe"): Promise<void> => {
    if (!opened || decide.running) return;
    const decision = await decide.run({ reviewId: review.id, recordId: opened.id, action });
    if (decision) setOpened({ ...opened, decision: action });
  };
  useShortcuts(
    "Record in the list",
    [
      { keys: "i", label: "Include", run: () => void decideOpened("include") },
      { keys: "e", label: "Exclude, without a reason", run: () => void decideOpened("exclude") },
      { keys: "m", label: "Maybe, put aside", run: () => void decideOpened("maybe") },
      { keys: "escape", label: "Close the record", hidden: true, run: () => setOpened(null) },
    ],
    opened !== null,
  );
  const text = useDeferredValue(typed);
  const query: Query = { reviewId: review.id, decision, text };
  const first = useCall("review.records", { ...query, offset: 0, limit: chunkRows });
  const total = first.value?.total ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler is not in use here.
  const virtual = useVirtualizer({
    count: Math.ceil(total / chunkRows),
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowPx * Math.min(chunkRows, total - index * chunkRows),
    overscan: 1,
  });
  return (
    <div className="record-list">
      <div className="record-list-bar">
        <label className="search-field">
          <Search size={14} aria-hidden />
          <input
            type="search"
            aria-label="Find in titles, abstracts and authors"
            placeholder="Find in titles, abstracts and authors"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <span className="count">{total.toLocaleString()}</span>
        </label>
        <Segmented label="Decision" options={filters} value={decision} onChange={setDecision} />
      </div>
      <div className="record-rows" ref={scroller} role="list">
        {first.value && total === 0 && (
          <Empty icon={Search}>No record fits. Change the filter or the words.</Empty>
        )}
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={`${decision} ${text} ${item.index}`}
              style={{ position: "absolute", insetInline: 0, top: item.start }}
            >
              <Chunk
                query={query}
                index={item.index}
                openedId={opened?.id ?? null}
                onOpen={setOpened}
              />
            </div>
          ))}
        </div>
      </div>
      {opened && (
        <Why title="Record">
          <p>
            <strong>{opened.title}</strong>
          </p>
          <p className="field-note">
            {[opened.authors.slice(0, 3).join(", "), opened.journal, opened.year]
              .filter(Boolean)
              .join(" · ")}
          </p>
          <p className="record-row-acts">
            {opened.decision && <StateMark state={opened.decision} />}
            <Button shortcut="I" onPress={() => void decideOpened("include")}>
              Include
            </Button>
            <Button shortcut="E" onPress={() => void decideOpened("exclude")}>
              Exclude
            </Button>
            <Button shortcut="M" onPress={() => void decideOpened("maybe")}>
              Maybe
            </Button>
          </p>
          {decide.error && (
            <Trouble error={decide.error} kept="The record keeps its earlier decision." />
          )}
          <p>{opened.abstract || "No abstract."}</p>
        </Why>
      )}
    </div>
  );
}

type ChunkProps = {
  query: Query;
  index: number;
  openedId: string | null;
  onOpen: (record: ReviewRecord) => void;
};

function Chunk({ query, index, openedId, onOpen }: ChunkProps) {
  const { value } = useCall("review.records", {
    ...query,
    offset: index * chunkRows,
    limit: chunkRows,
  });
  return value?.records.map((record) => (
    <button
      type="button"
      role="listitem"
      className="record-row"
      key={record.id}
      aria-current={record.id === openedId}
      onClick={() => onOpen(record)}
    >
      <span className="record-row-title">{record.title}</span>
      <span className="record-row-source">
        {[record.authors[0], record.journal].filter(Boolean).join(" · ")}
      </span>
      <span className="numbers">{record.year ?? ""}</span>
      <span>{record.decision && <StateMark state={record.decision} />}</span>
    </button>
  ));
}
