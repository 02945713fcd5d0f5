/** What hangs where: layout, the study to compare with, linked scrolling, a slab of the highest values. */
import { Link2, Link2Off } from "lucide-react";
import type { Study } from "../../../../electron/api/schemas/imaging.ts";
import { call } from "../../../call.ts";
import { IconButton } from "../../../ui/button.tsx";
import { toast } from "../../../ui/toast.tsx";
import { asError, useCall } from "../../../use-call.ts";
import {
  canBeCut,
  isVolume,
  layoutNames,
  matching,
  notCutBecause,
  type LayoutKind,
} from "./layouts.ts";
import { hasSizes } from "./shown-series.ts";
import type { Look } from "./use-look.ts";

const slabsMm = [5, 10, 20, 40, 80];

export function LayoutBar({ look, study }: { look: Look; study: Study }) {
  const series = look.panes[0]?.series;
  if (series === undefined) return null;
  return (
    <div className="read-layout">
      <label>
        Layout
        <select
          aria-label="Layout"
          value={look.kind}
          onChange={(event) => look.layOut(event.target.value as LayoutKind)}
        >
          {look.possible.map((kind) => (
            <option key={kind} value={kind}>
              {layoutNames[kind]}
            </option>
          ))}
        </select>
      </label>
      {look.kind === "compare" && <CompareWith look={look} study={study} />}
      {look.panes.length > 1 && look.kind !== "three" && (
        <IconButton
          label={look.linked ? "Scroll each pane alone" : "Link the panes as they stand"}
          icon={look.linked ? Link2 : Link2Off}
          pressed={look.linked}
          onPress={() => look.link(!look.linked)}
        />
      )}
      {canBeCut(series) && hasSizes(series) && (
        <label>
          Slab
          <select
            aria-label="Slab"
            value={look.slabMm}
            onChange={(event) => look.setSlab(Number(event.target.value))}
            title="Shows the highest value along so many millimetres"
          >
            <option value={0}>one slice</option>
            {slabsMm.map((mm) => (
              <option key={mm} value={mm}>
                maximum over {mm} mm
              </option>
            ))}
          </select>
        </label>
      )}
      {isVolume(series) && notCutBecause(series) && (
        <span className="read-refused" role="note">
          {notCutBecause(series)}
        </span>
      )}
      {look.why && <span className="read-why">{look.why}</span>}
    </div>
  );
}

/** The other series of this study, and the study's priors: any other study of this desk. */
function CompareWith({ look, study }: { look: Look; study: Study }) {
  const studies = useCall("imaging.studies", {}).value ?? [];
  const series = look.panes[0]?.series;
  const others = study.images.filter(({ id }) => id !== series?.id);
  async function choose(value: string): Promise<void> {
    const [studyId = "", seriesId = ""] = value.split("/");
    if (studyId === "" || series === undefined) return;
    try {
      const from = studyId === study.id ? study : await call("imaging.get", { studyId });
      const found = from.images.find(({ id }) => id === seriesId) ?? matching(series, from.images);
      if (found) look.layOut("compare", { studyId, series: found });
    } catch (thrown) {
      toast(asError(thrown).message);
    }
  }
  const { prior } = look;
  const value =
    prior === null
      ? ""
      : prior.studyId === study.id
        ? `${study.id}/${prior.series.id}`
        : prior.studyId;
  return (
    <label>
      with
      <select
        aria-label="Compare with"
        value={value}
        onChange={(event) => void choose(event.target.value)}
      >
        <option value="">choose a series or a study…</option>
        {others.length > 0 && (
          <optgroup label="This study">
            {others.map(({ id, name }) => (
              <option key={id} value={`${study.id}/${id}`}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
        <optgroup label="Other studies">
          {studies
            .filter(({ id }) => id !== study.id)
            .map(({ id, name, at }) => (
              <option key={id} value={id}>
                {name}, opened {new Date(at).toLocaleDateString()}
              </option>
            ))}
        </optgroup>
      </select>
    </label>
  );
}
