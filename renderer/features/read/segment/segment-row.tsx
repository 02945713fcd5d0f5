/** One segment: colour, name, state, live size and values, lock and eye. */
import { Eye, EyeOff, Lock, LockOpen } from "lucide-react";
import type { Segment } from "../../../../electron/api/schemas/segmentation.ts";
import { IconButton } from "../../../ui/button.tsx";
import { stateNames } from "./sources.ts";
import type { SegmentStatistics } from "./statistics.ts";
import type { Segments } from "./use-segments.ts";

type RowProps = {
  segment: Segment;
  segments: Segments;
  statistics: SegmentStatistics | undefined;
  size: { total: number; unit: string; length: "mm" | "px" };
};

const stateSigns = { notStarted: "○", inProgress: "◐", done: "●", flagged: "⚑" } as const;

export function SegmentRow({ segment, segments, statistics, size }: RowProps) {
  const { id, name, color, state } = segment;
  const locked = segments.view.locked.has(id);
  const hidden = segments.view.hidden.has(id);
  return (
    <li data-active={id === segments.active} onPointerDown={() => segments.choose(id)}>
      <div className="finding-label">
        <i data-label-color ref={(node) => node?.style.setProperty("background", color)} />
        <input
          aria-label={`Name of segment ${id}`}
          defaultValue={name}
          key={name}
          maxLength={120}
          onBlur={(event) => {
            const next = event.target.value.trim();
            if (next !== name) segments.rename(id, next);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") event.currentTarget.blur();
          }}
        />
        <button
          type="button"
          className="segment-state"
          title={`${stateNames[state]}: press for the next state`}
          aria-label={`${name}: ${stateNames[state]}`}
          onClick={() => segments.cycle(id)}
        >
          {stateSigns[state]}
        </button>
        <IconButton
          label={locked ? "Unlock" : "Lock"}
          icon={locked ? Lock : LockOpen}
          pressed={locked}
          onPress={() => segments.lock(id)}
        />
        <IconButton
          label={hidden ? "Show this segment" : "Hide this segment"}
          icon={hidden ? EyeOff : Eye}
          pressed={hidden}
          onPress={() => segments.hide(id)}
        />
      </div>
      {statistics && (
        <p className="finding-size">
          {sizeText(statistics, size.total)}
          {statistics.voxels > 0 && (
            <span>
              {" "}
              · mean {rounded(statistics.mean)}
              {size.unit && ` ${size.unit}`} ± {rounded(statistics.sd)} · longest{" "}
              {statistics.diameter.toFixed(1)} {size.length}
            </span>
          )}
        </p>
      )}
    </li>
  );
}

const rounded = (value: number): string =>
  Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0);

function sizeText({ ml, voxels }: SegmentStatistics, total: number): string {
  if (ml === undefined) return `${((100 * voxels) / total).toFixed(2)} % of image`;
  return `${ml < 10 ? ml.toFixed(2) : ml.toFixed(0)} ml`;
}
