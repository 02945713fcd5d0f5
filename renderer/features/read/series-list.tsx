/** The series of a study, each with the state of what was suggested on it. */
import type { ReactNode } from "react";
import type { Series, Study } from "../../../electron/api/schemas/imaging.ts";
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
