/** What a measurement is taken on, and the lines that stand beside it while it is drawn. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { hasSizes, isCt, loadedSeries, type ShownSeries } from "../look/shown-series.ts";
import { linesOf, measure, type Measured, type MeasurementTool } from "./geometry.ts";

export function measuredOn({ series, values }: ShownSeries): Measured {
  return {
    series,
    values,
    sized: hasSizes(series),
    unit: isCt(series) ? "[hnsf'U]" : series.units || "1",
  };
}

const planeWords: Record<NonNullable<Series["scale"]>["plane"], string> = {
  corrected: "corrected for magnification",
  detector: "at the detector",
  film: "on the scanned film",
  unstated: "plane not stated",
};

/** A length of another plane than the patient's says so where it is read. */
export function planeLine(
  results: readonly { unit: string }[],
  { scale }: Pick<Series, "scale">,
): string[] {
  const sized = results.some(({ unit }) => /^(mm|mm2|cm)$/.test(unit));
  return scale && sized ? [planeWords[scale.plane]] : [];
}

type Drawn = { label?: string; handles?: { points?: number[][] } };

/** The viewer's own numbers are not shown: the record and the picture say the same, from one place. */
export function textLines(tool: MeasurementTool): (data: Drawn, targetId: string) => string[] {
  return (data, targetId) => {
    const shown = loadedSeries(/(?:series|volume):([^:]+)/.exec(targetId)?.[1] ?? "");
    if (shown === undefined) return [];
    const results = measure(tool, data.handles?.points ?? [], measuredOn(shown));
    const lines = [...linesOf(results), ...planeLine(results, shown.series)];
    return data.label ? [data.label, ...lines] : lines;
  };
}
