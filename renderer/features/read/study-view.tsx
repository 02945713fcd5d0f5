/** A study open for reading: its series left, the series being read beside them. */
import { useState } from "react";
import type { Study } from "../../../electron/api/schemas/imaging.ts";
import { DropArea } from "../../ui/drop-area.tsx";
import { AttachButton, AttachNotice } from "./attach/attach.tsx";
import { useAttach } from "./attach/use-attach.ts";
import { Reading } from "./reading.tsx";
import { SeriesList } from "./series-list.tsx";

export function StudyView({ study }: { study: Study }) {
  const [seriesId, setSeriesId] = useState(study.images[0]?.id ?? "");
  const series = study.images.find((image) => image.id === seriesId) ?? study.images[0];
  const attach = useAttach(study.id);
  if (series === undefined) return <p className="read-empty">This study holds no image.</p>;
  return (
    <DropArea
      className="read"
      text="Drop a segmentation, structure set or report of this study to attach it"
      onFiles={(files) => void attach.files(files)}
    >
      <SeriesList study={study} current={series} onChoose={setSeriesId}>
        <AttachButton attach={attach} />
      </SeriesList>
      <Reading key={series.id} study={study} series={series} onSeries={setSeriesId} />
      <AttachNotice attach={attach} study={study} onSeries={setSeriesId} />
    </DropArea>
  );
}
