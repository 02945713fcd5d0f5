/** The tools that change the active segment: brushes and scissors by hand, and operations on the whole of it. */
import {
  Blend,
  Brush,
  Eraser,
  Expand,
  Group,
  Layers,
  PaintBucket,
  Redo2,
  Scissors,
  Shrink,
  SlidersHorizontal,
  Sparkles,
  Sprout,
  SquareDashed,
  Trash,
  Undo2,
  type LucideIcon,
} from "lucide-react";
import { useState } from "react";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { IconButton } from "../../../ui/button.tsx";
import type { Mode } from "../look/cornerstone.ts";
import { isVolume } from "../look/layouts.ts";
import { hasSizes, type ShownSeries } from "../look/shown-series.ts";
import { gridOf, type Segments } from "./use-segments.ts";
import { fillBetween, grow, keepLargest, margin, removeSmall, smooth } from "./voxels.ts";

export type BrushSettings = { radius: number; deep: boolean; range: [number, number] };

type ToolsProps = {
  series: Series;
  shown: ShownSeries | null;
  segments: Segments;
  mode: Mode;
  onPick: (mode: Mode) => void;
  brush: BrushSettings;
  onBrush: (brush: BrushSettings) => void;
};

/** The brush's tool for what it does, flat or as a ball. */
export const brushMode = (kind: "paint" | "erase" | "threshold", deep: boolean): Mode =>
  deep ? `${kind}3d` : kind;

const smallest = 10;

export function SegmentTools({
  series,
  shown,
  segments,
  mode,
  onPick,
  brush,
  onBrush,
}: ToolsProps) {
  const [mm, setMm] = useState(2);
  const unit = hasSizes(series) ? "mm" : "px";
  const grid = gridOf(series);
  const tool = (label: string, icon: LucideIcon, key: string, to: Mode) => (
    <IconButton
      key={label}
      label={label}
      icon={icon}
      shortcut={key}
      pressed={mode === to}
      onPress={() => onPick(to)}
    />
  );
  const act = (
    label: string,
    icon: LucideIcon,
    run: (labels: Uint8Array, id: number) => Uint8Array,
    key?: string,
  ) => (
    <IconButton
      key={label}
      label={label}
      icon={icon}
      {...(key ? { shortcut: key } : {})}
      onPress={() => segments.run(run)}
    />
  );
  return (
    <>
      <div className="finding-tools" role="toolbar" aria-label="Draw the segment">
        {tool("Brush", Brush, "B", brushMode("paint", brush.deep))}
        {tool("Eraser", Eraser, "E", brushMode("erase", brush.deep))}
        {tool("Threshold brush", SlidersHorizontal, "T", brushMode("threshold", brush.deep))}
        {tool("Scissors: rectangle", SquareDashed, "⇧ S", "scissors")}
        {tool("Scissors: circle", Scissors, "", "circleScissors")}
        {tool("Fill what is clicked", PaintBucket, "U", "fill")}
        <IconButton
          label={`Undo (${segments.acts.done})`}
          icon={Undo2}
          shortcut="Ctrl Z"
          disabled={segments.acts.done === 0}
          onPress={segments.undo}
        />
        <IconButton
          label={`Redo (${segments.acts.undone})`}
          icon={Redo2}
          shortcut="Ctrl Y"
          disabled={segments.acts.undone === 0}
          onPress={segments.redo}
        />
      </div>
      <div className="finding-tools" role="toolbar" aria-label="Change the whole segment">
        {act("Keep the largest island", Group, (labels, id) => keepLargest(labels, grid, id))}
        {act(`Remove islands under ${smallest} voxels`, Trash, (labels, id) =>
          removeSmall(labels, grid, id, smallest),
        )}
        {isVolume(series) &&
          act(
            "Fill between drawn slices",
            Layers,
            (labels, id) => fillBetween(labels, grid, id),
            "N",
          )}
        {act("Grow through the threshold's values", Sprout, (labels, id) =>
          grow(labels, grid, id, shown?.values ?? [], brush.range),
        )}
        {act(`Grow by ${mm} ${unit}`, Expand, (labels, id) => margin(labels, grid, id, mm))}
        {act(`Shrink by ${mm} ${unit}`, Shrink, (labels, id) => margin(labels, grid, id, -mm))}
        {act("Smooth", Blend, (labels, id) => smooth(labels, grid, id))}
      </div>
      <div className="segment-settings">
        <label>
          Brush
          <input
            type="number"
            min={1}
            max={200}
            value={brush.radius}
            onChange={(event) => onBrush({ ...brush, radius: numberOf(event.target.value, 1) })}
          />
          {unit}
        </label>
        {isVolume(series) && (
          <label>
            <input
              type="checkbox"
              checked={brush.deep}
              onChange={(event) => onBrush({ ...brush, deep: event.target.checked })}
            />
            3-D
          </label>
        )}
        <label>
          Margin
          <input
            type="number"
            min={0.5}
            max={100}
            step={0.5}
            value={mm}
            onChange={(event) => setMm(numberOf(event.target.value, 0.5))}
          />
          {unit}
        </label>
        <label>
          <Sparkles size={12} aria-hidden /> Values
          <input
            type="number"
            aria-label="Lowest value of the threshold"
            value={brush.range[0]}
            onChange={(event) =>
              onBrush({ ...brush, range: [numberOf(event.target.value), brush.range[1]] })
            }
          />
          to
          <input
            type="number"
            aria-label="Highest value of the threshold"
            value={brush.range[1]}
            onChange={(event) =>
              onBrush({ ...brush, range: [brush.range[0], numberOf(event.target.value)] })
            }
          />
        </label>
      </div>
    </>
  );
}

function numberOf(text: string, least = -Infinity): number {
  const value = Number(text);
  return Number.isFinite(value) ? Math.max(least, value) : 0;
}
