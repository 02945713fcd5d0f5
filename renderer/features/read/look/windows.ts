/** The window of each series: what the reader chose or dragged, the same in every pane that shows it. */
import { Enums, type Types } from "@cornerstonejs/core";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import type { View } from "./mount.ts";

export type Window = { centre: number; width: number };

const chosen = new Map<string, Window>();

export function windowOf(series: Series): Window {
  return chosen.get(series.id) ?? series.window;
}

export function showWindow(view: View, { centre, width }: Window): void {
  const range = { lower: centre - width / 2, upper: centre + width / 2 };
  (view as Types.IStackViewport).setProperties({ voiRange: range });
  view.render();
}

/** Sets the window in all panes of a series. */
export function setWindow(
  views: readonly { view: View; series: Series }[],
  of: Series,
  window: Window,
): void {
  chosen.set(of.id, window);
  for (const { view, series } of views) if (series.id === of.id) showWindow(view, window);
}

export const forgetWindow = (series: Series): boolean => chosen.delete(series.id);

/** Follows what the mouse sets in one pane, in the other panes of that series too. Returns how to stop. */
export function followWindows(views: readonly { view: View; series: Series }[]): () => void {
  const stops = views.map(({ view, series }) => {
    const read = (): void => {
      const range = view.getProperties()?.voiRange;
      if (!range) return;
      const now = { centre: (range.lower + range.upper) / 2, width: range.upper - range.lower };
      const before = windowOf(series);
      // Rounding in the viewer must not set two panes chasing each other.
      const near = Math.max(1e-6, now.width * 1e-4);
      if (Math.abs(before.centre - now.centre) < near && Math.abs(before.width - now.width) < near)
        return;
      chosen.set(series.id, now);
      for (const other of views)
        if (other.view !== view && other.series.id === series.id) showWindow(other.view, now);
    };
    view.element.addEventListener(Enums.Events.VOI_MODIFIED, read);
    return () => view.element.removeEventListener(Enums.Events.VOI_MODIFIED, read);
  });
  return () => {
    for (const stop of stops) stop();
  };
}
