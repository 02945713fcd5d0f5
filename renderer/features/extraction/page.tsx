/** Extract: the grid on the left, the paper on the right; the cell in focus drives page and highlight. */
import { Copy, FileUp, GitCompare, TextSelect } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Grid } from "../../../electron/api/schemas/extraction.ts";
import { assetBytes } from "../../call.ts";
import { go } from "../../frame/route.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Split } from "../../frame/split.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Empty, Progress, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { selectedInPdf, valueIn, type PdfSelection } from "../../ui/pdf-selection.ts";
import { PdfViewer } from "../../ui/pdf-viewer.tsx";
import { toast } from "../../ui/toast.tsx";
import { plural } from "../../ui/time.ts";
import { invalidate, useCall, useChange } from "../../use-call.ts";
import { AgreementNote } from "./agreement-note.tsx";
import {
  conflictsIn,
  findPlace,
  sourceOf,
  stepFrom,
  toTsv,
  type Place,
  type Step,
} from "./cells.ts";
import { FieldsButton } from "./fields-button.tsx";
import { GridTable } from "./grid-table.tsx";
import { RegistryButton } from "./registry-button.tsx";
import { ScanBar } from "./scan-bar.tsx";
import { SuggestBar } from "./suggest-bar.tsx";
import { useDecide, type Act } from "./use-decide.ts";
import { WhyCell } from "./why-cell.tsx";
import "./extract.css";
import "./two-extractors.css";

export function ExtractPage({ reviewId }: { reviewId: string }) {
  const grid = useCall("extraction.grid", { reviewId });
  if (grid.error && !grid.value)
    return (
      <div className="page-trouble">
        <Trouble error={grid.error} onRetry={grid.reload} />
      </div>
    );
  if (!grid.value) return <Skeleton />;
  const something = grid.value.studies.some(
    (study) => study.report || study.cells.some((cell) => cell.suggestion),
  );
  if (!something) {
    return (
      <Empty
        icon={FileUp}
        action={
          <Button
            kind="primary"
            onPress={() => go({ page: "review", reviewId, stage: "full-text", recordId: null })}
          >
            Attach papers
          </Button>
        }
      >
        Values are taken from papers. Attach the papers of the included records first.
      </Empty>
    );
  }
  // Studies that can be extracted come first; the others wait below with what they miss.
  const studies = grid.value.studies.toSorted(
    (a, b) => Number(b.report !== null) - Number(a.report !== null),
  );
  return <ExtractDesk reviewId={reviewId} grid={{ ...grid.value, studies }} />;
}

function ExtractDesk({ reviewId, grid }: { reviewId: string; grid: Grid }) {
  const [subject, setSubject] = useState<string | null>(null);
  // What was just decided, as the backend answered: the grid behind it may still be loading when a
  // quick reader presses undo.
  const lastDecided = useRef<Promise<Place | null>>(Promise.resolve(null));
  /** Cells that were accepted together last, to be taken back together. */
  const lastColumn = useRef<string[]>([]);
  const [editing, setEditing] = useState(false);
  const [visit, setVisit] = useState(0);
  const fieldName = (id: string): string =>
    grid.fields.find((field) => field.id === id)?.name ?? id;
  const decide = useDecide(reviewId, fieldName);
  const suggest = useChange("extraction.suggest", ["review", "audit"]);
  const acceptVerified = useChange("extraction.acceptVerified", ["review", "audit"]);
  const withdraw = useChange("extraction.withdraw", ["review", "audit"]);
  // A paper's values show as soon as they are stored: the rules' first, then the packs', then the next paper's.
  const told = suggest.running ? suggest.event?.label : undefined;
  useEffect(() => {
    if (told !== undefined) invalidate("extraction.grid");
  }, [told]);
  const first = grid.studies.find((study) => study.report) ?? grid.studies[0];
  const place =
    findPlace(grid, subject) ?? (first?.cells[0] ? { study: first, cell: first.cells[0] } : null);

  const focus = (next: string): void => {
    setEditing(false);
    setSubject(next);
    setVisit((now) => now + 1);
  };
  const move = (step: Step): void => {
    if (place) focus(stepFrom(grid, place, step));
  };
  const decideAt = async (
    at: Place,
    action: Act,
    text?: string,
    source?: PdfSelection,
  ): Promise<boolean> => {
    const before = lastDecided.current;
    lastColumn.current = [];
    const answer = decide.act(at, action, text, source);
    lastDecided.current = answer.then((cell) => (cell ? { study: at.study, cell } : before));
    return (await answer) !== undefined;
  };
  const act = async (action: Act): Promise<void> => {
    if (!place || decide.running) return;
    if (await decideAt(place, action)) move("down");
  };
  /** The decision just taken, wherever the focus went since; else the one on this cell. */
  const undo = async (): Promise<void> => {
    if (lastColumn.current.length > 0) return undoColumn();
    const last = (await lastDecided.current) ?? place;
    if (!last || last.cell.decision === null) return;
    if (!(await decide.act(last, "withdraw"))) return;
    lastDecided.current = Promise.resolve(null);
    focus(last.cell.subject);
  };
  const undoColumn = async (): Promise<void> => {
    const subjects = lastColumn.current;
    lastColumn.current = [];
    const answer = await withdraw.run({ reviewId, subjects });
    if (answer) toast(`Taken back: ${plural(answer.withdrawn, "cell")} of this field`);
  };
  const save = async (text: string): Promise<void> => {
    setEditing(false);
    if (!place || text === place.cell.value) return;
    await decideAt(place, "correct", text);
  };
  /** The words selected in the paper, as the value of the cell in focus, with where they stand. */
  const takeSelection = async (at: Place | null = place): Promise<void> => {
    if (!at || decide.running) return;
    const selected = selectedInPdf();
    if (selected === null)
      return toast("Select words in the paper first; then they become the value.");
    const field = grid.fields.find(({ id }) => id === at.cell.fieldId);
    const text = valueIn(selected.quote, field?.type === "number");
    if (await decideAt(at, "correct", text, selected)) window.getSelection()?.removeAllRanges();
  };
  /** Words dragged from the paper on a cell of the study whose paper is open. */
  const dropOn = async (target: string): Promise<void> => {
    const at = findPlace(grid, target);
    if (!at) return;
    if (at.study.recordId !== place?.study.recordId)
      return toast("The words are from another study's paper: drop them on its own row.");
    await takeSelection(at);
    focus(target);
  };
  /** The registry's value of the cell in focus, where it is not what stands there. */
  const takeRegistry = async (): Promise<void> => {
    if (!place || decide.running) return;
    const { registry } = place.cell;
    if (!registry) return toast("The registry says nothing to this cell.");
    const at = { study: place.study, cell: { ...place.cell, suggestion: registry } };
    await decideAt(at, "accept");
  };
  async function acceptColumn(fieldId: string): Promise<void> {
    const answer = await acceptVerified.run({ reviewId, fieldId });
    if (!answer) return;
    lastColumn.current = answer.subjects;
    toast(
      `${fieldName(fieldId)}: ${answer.accepted} accepted, ${answer.skipped} left for you to look at`,
      answer.accepted === 0
        ? undefined
        : { label: "Undo", shortcut: "U", run: () => void undoColumn() },
    );
  }
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(toTsv(grid));
    toast(`${plural(grid.studies.length, "study", "studies")} copied; paste into a spreadsheet`);
  };
  const differing = conflictsIn(grid);
  const two = grid.studies.some((study) => study.cells.some(({ dual }) => dual !== null));
  function nextDifference(): void {
    const after = differing.indexOf(place?.cell.subject ?? "") + 1;
    const next = differing[after % differing.length];
    if (next === undefined) toast("The two extractors differ nowhere.");
    else focus(next);
  }
  useShortcuts("Extract", [
    { keys: ["arrowdown", "j"], label: "Next cell down", hidden: true, run: () => move("down") },
    { keys: ["arrowup", "k"], label: "Next cell up", hidden: true, run: () => move("up") },
    { keys: ["arrowright", "l"], label: "Next field", hidden: true, run: () => move("right") },
    { keys: ["arrowleft", "h"], label: "Previous field", hidden: true, run: () => move("left") },
    { keys: "a", label: "Accept the suggestion", run: () => void act("accept") },
    { keys: ["c", "f2"], label: "Correct the value", run: () => setEditing(true) },
    {
      keys: "v",
      label: "Take the words selected in the paper as the value",
      run: () => void takeSelection(),
    },
    { keys: "g", label: "Take the registry's value", run: () => void takeRegistry() },
    { keys: "r", label: "Reject the suggestion", run: () => void act("reject") },
    { keys: "n", label: "Not reported", run: () => void act("notReported") },
    {
      keys: ["u", "mod+z"],
      label: "Undo the last decision",
      run: () => void undo(),
    },
    {
      keys: "shift+a",
      label: "Accept all of this field found in the source",
      run: () => place && void acceptColumn(place.cell.fieldId),
    },
    ...(two
      ? [{ keys: "d", label: "Next cell on which two extractors differ", run: nextDifference }]
      : []),
    { keys: "shift+c", label: "Copy the table as TSV", run: () => void copy() },
  ]);

  const error = decide.error ?? suggest.error ?? acceptVerified.error ?? withdraw.error;
  const started = grid.studies.some((study) => study.cells.some((cell) => cell.suggestion));
  const left = (
    <div className="extract-left">
      <div className="extract-bar">
        <SuggestBar
          started={started}
          busy={suggest.running}
          onSuggest={(packId) => void suggest.run({ reviewId, packId })}
        />
        <FieldsButton reviewId={reviewId} fields={grid.fields} />
        {place && <RegistryButton reviewId={reviewId} study={place.study} />}
        {differing.length > 0 && (
          <Button icon={GitCompare} shortcut="D" onPress={nextDifference}>
            {plural(differing.length, "difference")}
          </Button>
        )}
        <Button kind="quiet" icon={Copy} onPress={() => void copy()}>
          Copy table
        </Button>
        {suggest.running && <Progress event={suggest.event} onCancel={suggest.cancel} />}
      </div>
      {two && (
        <div className="extract-agreement">
          <AgreementNote reviewId={reviewId} fieldName={fieldName} />
        </div>
      )}
      {error && (
        <Trouble
          error={error}
          kept="Decisions that show their mark are on disk."
          onClose={() => {
            decide.clear();
            suggest.clear();
            acceptVerified.clear();
            withdraw.clear();
          }}
        />
      )}
      <GridTable
        grid={grid}
        focus={place}
        editing={editing}
        onFocus={focus}
        onSave={(text) => void save(text)}
        onCancel={() => setEditing(false)}
        onDrop={(target) => void dropOn(target)}
        onAcceptVerified={(fieldId) => void acceptColumn(fieldId)}
      />
      <div className="extract-acts" role="group" aria-label="Decision on this cell">
        <Button shortcut="A" disabled={!place?.cell.suggestion} onPress={() => void act("accept")}>
          Accept
        </Button>
        <Button shortcut="C" onPress={() => setEditing(true)}>
          Correct
        </Button>
        <IconButton
          label="Take the words selected in the paper"
          icon={TextSelect}
          shortcut="V"
          onPress={() => void takeSelection()}
        />
        <Button shortcut="R" disabled={!place?.cell.suggestion} onPress={() => void act("reject")}>
          Reject
        </Button>
        <Button shortcut="N" onPress={() => void act("notReported")}>
          Not reported
        </Button>
      </div>
    </div>
  );
  const report = place?.study.report;
  const selected = sourceOf(place?.cell.decision);
  const marks =
    selected?.boxes ??
    place?.cell.suggestion?.evidence.flatMap((evidence) => evidence.boxes ?? []) ??
    [];
  return (
    <div className="page-fixed">
      <Split
        name="extract"
        first={430}
        left={left}
        right={
          report ? (
            <div className="extract-paper">
              <ScanBar
                assetId={report.assetId}
                onRead={() => void suggest.run({ reviewId, recordIds: [place.study.recordId] })}
              />
              <PdfViewer id={report.assetId} load={assetBytes} marks={marks} visit={visit} />
            </div>
          ) : (
            <Empty icon={FileUp}>
              This study has no paper yet. Attach it on the Full text page.
            </Empty>
          )
        }
      />
      {place && (
        <WhyCell
          reviewId={reviewId}
          place={place}
          fieldName={fieldName(place.cell.fieldId)}
          onTakeRegistry={() => void takeRegistry()}
        />
      )}
    </div>
  );
}
