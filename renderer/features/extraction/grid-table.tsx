/** The grid: studies down, fields across; first column and head stay in view; only visible rows are drawn. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { CheckCheck, FileX2 } from "lucide-react";
import { useRef } from "react";
import type { Grid } from "../../../electron/api/schemas/extraction.ts";
import { IconButton } from "../../ui/button.tsx";
import { cellsOfField, verifiedOpen, type Place, type Study } from "./cells.ts";
import { CellView } from "./cell-view.tsx";

type GridTableProps = {
  grid: Grid;
  focus: Place | null;
  editing: boolean;
  onFocus: (subject: string) => void;
  onSave: (text: string) => void;
  onCancel: () => void;
  /** Words selected in the paper were dropped on this cell. */
  onDrop: (subject: string) => void;
  onAcceptVerified: (fieldId: string) => void;
};

const rowGuessPx = 84;

export function GridTable(props: GridTableProps) {
  const { grid, focus, onAcceptVerified } = props;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler is not in use here.
  const virtual = useVirtualizer({
    count: grid.studies.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowGuessPx,
    overscan: 6,
  });
  const columns = {
    gridTemplateColumns: `148px repeat(${grid.fields.length}, minmax(164px, 1fr))`,
  };
  return (
    <div
      className="grid-scroll"
      ref={scroller}
      role="grid"
      aria-label="Extraction"
      aria-rowcount={grid.studies.length + 1}
    >
      <div className="grid-inner">
        <div className="grid-head" role="row" style={columns}>
          <div className="grid-corner" role="columnheader">
            Study
          </div>
          {grid.fields.map((field) => {
            const open = verifiedOpen(grid, field.id);
            return (
              <div
                key={field.id}
                role="columnheader"
                className="grid-field"
                title={field.description}
                data-focused={focus?.cell.fieldId === field.id}
              >
                <span>
                  {field.name}
                  {field.perArm && <span className="count"> per arm</span>}
                </span>
                {open > 0 && (
                  <IconButton
                    label={`Accept the ${open} found in the source`}
                    icon={CheckCheck}
                    onPress={() => onAcceptVerified(field.id)}
                  />
                )}
              </div>
            );
          })}
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const study = grid.studies[item.index];
            return study ? (
              <div
                key={study.recordId}
                ref={virtual.measureElement}
                data-index={item.index}
                className="grid-row"
                role="row"
                style={{ ...columns, transform: `translateY(${item.start}px)` }}
              >
                <Row {...props} study={study} />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

function Row({
  grid,
  study,
  focus,
  editing,
  onFocus,
  onSave,
  onCancel,
  onDrop,
}: GridTableProps & { study: Study }) {
  return (
    <>
      <div
        className="grid-study"
        role="rowheader"
        title={study.title}
        data-focused={focus?.study.recordId === study.recordId}
      >
        <strong>{study.label}</strong>
        {!study.included && (
          <span
            className="study-left-out"
            title="Values of a record that is not included stay in the review and out of the exports."
          >
            not included, not exported
          </span>
        )}
        <span className="grid-title">{study.title}</span>
        {!study.report && (
          <span className="grid-missing">
            <FileX2 size={12} aria-hidden /> no paper
          </span>
        )}
      </div>
      {grid.fields.map((field) => (
        <div key={field.id} className="grid-cells">
          {cellsOfField(study, field.id).map((cell) => {
            const focused = focus?.cell.subject === cell.subject;
            return (
              <CellView
                key={cell.subject}
                cell={cell}
                focused={focused}
                editing={focused && editing}
                onFocus={() => onFocus(cell.subject)}
                onSave={onSave}
                onCancel={onCancel}
                onDrop={() => onDrop(cell.subject)}
              />
            );
          })}
        </div>
      ))}
    </>
  );
}
