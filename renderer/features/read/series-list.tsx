/** The series of a study, each with the state of what was suggested on it. */
import type { ReactNode } from "react";
import type { Series, Study } from "../../../electron/api/schemas/imaging.ts";
import { Trouble } from "../../ui/feedback.tsx";
import { useChange } from "../../use-call.ts";
import { sequenceOf } from "../../../electron/api/sequences.ts";
import { latestOn, stateOf } from "./use-study.ts";

type ListProps = {
  study: Study;
  current: Series;
  onChoose: (seriesId: string) => void;
  children?: ReactNode;
};

export function SeriesList({ study, current, onChoose, children }: ListProps) {
  return (
    <nav className="read-series" aria-label="Series">
      {study.images.map((image) => (
        <button
          key={image.id}
          type="button"
          aria-current={image.id === current.id}
          onClick={() => onChoose(image.id)}
        >
          <strong>{image.name}</strong>
          <span>
            {sequenceOf(image) ?? (image.modality === "unknown" ? image.format : image.modality)} ·{" "}
            {image.shape[0]} × {image.shape[1]}
            {image.shape[2] > 1 ? ` × ${image.shape[2]}` : ""}
          </span>
          <SeriesMark study={study} series={image} />
          {image.id === current.id && image.scale && <em>{image.scale.note}</em>}
        </button>
      ))}
      <VolumeChoice study={study} current={current} onChoose={onChoose} />
      {children}
    </nav>
  );
}

function SeriesMark({ study, series }: { study: Study; series: Series }) {
  const { suggestion, decision } = latestOn(study, series);
  if (suggestion === undefined) return null;
  const state = stateOf(decision);
  return (
    <span className="state" data-state={state}>
      {state}
    </span>
  );
}

/** The other volumes of a four-dimensional file; each chosen one becomes a series of its own. */
function VolumeChoice({ study, current, onChoose }: Omit<ListProps, "children">) {
  const open = useChange("imaging.volume", ["imaging"]);
  const { volumes } = current;
  if (volumes === undefined) return null;
  async function choose(volume: number): Promise<void> {
    const answer = await open.run({ studyId: study.id, seriesId: current.id, volume });
    if (answer) onChoose(answer.seriesId);
  }
  return (
    <label className="read-volume">
      Volume of {volumes.count}
      <select
        className="input"
        value={volumes.index}
        disabled={open.running}
        onChange={(event) => void choose(Number(event.target.value))}
      >
        {Array.from({ length: volumes.count }, (_, at) => (
          <option key={at} value={at + 1}>
            {at + 1}
          </option>
        ))}
      </select>
      {open.error && <Trouble error={open.error} onClose={open.clear} />}
    </label>
  );
}
