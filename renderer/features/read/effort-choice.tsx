/** How many experts are asked, where several answer the same about this kind of image. */
import type { Series } from "../../../electron/api/schemas/imaging.ts";
import { efforts, type Effort } from "../../../electron/api/schemas/effort.ts";
import { effortNames } from "../models/panels.tsx";
import { useCall, useChange } from "../../use-call.ts";

export function EffortChoice({ modality }: Pick<Series, "modality">) {
  const panels = useCall("models.panels", {}).value;
  const settings = useCall("settings.get", {}).value;
  const change = useChange("settings.set");
  if (panels === undefined || settings === undefined) return null;
  // A file that names no modality may be any of them.
  const here = panels.filter((one) => modality === "unknown" || one.modality.includes(modality));
  const most = here.toSorted((a, b) => b.names.length - a.names.length)[0];
  if (most === undefined)
    return (
      <span className="talk-one" title="No other installed expert answers the same">
        One expert a question
      </span>
    );
  return (
    <label>
      Experts asked
      <select
        className="input"
        value={settings.effort}
        onChange={(event) => void change.run({ effort: event.target.value as Effort })}
      >
        {efforts.map((one) => (
          <option key={one} value={one}>
            {effortNames[one]}: {most.asks[one]} of {most.names.length}
          </option>
        ))}
      </select>
    </label>
  );
}
