/** What a measurement is taken on, and the lines that stand beside it while it is drawn. */
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

type Drawn = { label?: string; handles?: { points?: number[][] } };

/** The viewer's own numbers are not shown: the record and the picture say the same, from one place. */
export function textLines(tool: MeasurementTool): (data: Drawn, targetId: string) => string[] {
  return (data, targetId) => {
    const shown = loadedSeries(/(?:series|volume):([^:]+)/.exec(targetId)?.[1] ?? "");
    if (shown === undefined) return [];
    const lines = linesOf(measure(tool, data.handles?.points ?? [], measuredOn(shown)));
    return data.label ? [data.label, ...lines] : lines;
  };
}
