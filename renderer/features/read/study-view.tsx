/** A study open for reading: its series left, the series being read beside them. */
import { useState } from "react";
import type { Study } from "../../../electron/api/schemas/imaging.ts";
import { Reading } from "./reading.tsx";
import { SeriesList } from "./series-list.tsx";

export function StudyView({ study }: { study: Study }) {
  const [seriesId, setSeriesId] = useState(study.images[0]?.id ?? "");
  const series = study.images.find((image) => image.id === seriesId) ?? study.images[0];
  if (series === undefined) return <p className="read-empty">This study holds no image.</p>;
  return (
    <div className="read">
      <SeriesList study={study} current={series} onChoose={setSeriesId} />
      <Reading key={series.id} study={study} series={series} />
    </div>
  );
}
