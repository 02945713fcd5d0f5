/** Where several experts answer the same: who they are, and how many are asked. */
import type { Output } from "../../../electron/api/contract.ts";
import { efforts, type Effort } from "../../../electron/api/schemas/effort.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { plural } from "../../ui/time.ts";
import { useCall, useChange } from "../../use-call.ts";

type Panel = Output<"models.panels">[number];

export const effortNames: Record<Effort, string> = {
  fast: "Fast",
  balanced: "Balanced",
  thorough: "Thorough",
};

export function Panels() {
  const panels = useCall("models.panels", {}).value;
  const settings = useCall("settings.get", {}).value;
  const spared = useCall("runtime.state", {}).value?.sparedInAll ?? 0;
  const change = useChange("settings.set");
  if (panels === undefined || settings === undefined) return null;
  return (
    <section className="card panels" aria-label="How many experts are asked">
      <div className="panels-head">
        <b>How many experts are asked</b>
        {panels.length > 0 && (
          <Segmented
            label="Experts asked"
            options={efforts.map((id) => ({ id, text: effortNames[id] }))}
            value={settings.effort}
            onChange={(effort) => void change.run({ effort })}
          />
        )}
      </div>
      {panels.length === 0 ? (
        <p className="field-note">
          Each question about an image is answered by one installed expert, so there is nothing to
          choose. Add an ensemble, or a second classifier for the same findings, and the choice
          appears here.
        </p>
      ) : (
        <ul className="panels-list">
          {panels.map((panel) => (
            <PanelRow key={panel.id} panel={panel} effort={settings.effort} />
          ))}
        </ul>
      )}
      {spared > 0 && (
        <p className="field-note">
          {plural(spared, "call")} not made so far, because fewer experts were enough.
        </p>
      )}
      {change.error && <p className="field-note">{change.error.message}</p>}
    </section>
  );
}

function PanelRow({ panel, effort }: { panel: Panel; effort: Effort }) {
  const { title, about, names, asks, calibratedOn, oneDoes } = panel;
  return (
    <li>
      <p>
        <b>{title}</b>
        {about && <span className="field-note"> for {about}</span>}
      </p>
      <dl className="panels-asks">
        {efforts.map((one) => (
          <div key={one} data-now={one === effort}>
            <dt>{effortNames[one]}</dt>
            <dd className="numbers">
              {asks[one]} of {names.length}
            </dd>
          </div>
        ))}
      </dl>
      <p className="field-note">
        {calibratedOn
          ? `Order and number chosen on ${calibratedOn}.`
          : "Not calibrated: nobody measured here how many are enough. “evidesk calibrate” does, on images whose findings are known."}
        {oneDoes && ` On those, ${oneDoes} alone was as good as all of them.`}
      </p>
    </li>
  );
}
