/** One slice in the viewer while the series it belongs to is on its way. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { panesOf } from "../look/layouts.ts";
import { Viewer } from "../look/viewer.tsx";

const nothing = (): void => {};

export function Glance({ series }: { series: Series }) {
  return (
    <section className="studies-glance" aria-label="One slice of the series that is being opened">
      <p className="muted">{series.name}: one slice, until the whole series is here.</p>
      <Viewer
        panes={panesOf({ kind: "one", series, study: [series], prior: null }, 0)}
        slabMm={0}
        active={0}
        onActive={nothing}
        onScroll={nothing}
        onReady={nothing}
      />
    </section>
  );
}
