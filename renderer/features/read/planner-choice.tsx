/** Who plans the expert calls on images, how many calls one request may lead to, and how many experts answer one. */
import type { Series } from "../../../electron/api/schemas/imaging.ts";
import { useCall, useChange } from "../../use-call.ts";
import { EffortChoice } from "./effort-choice.tsx";

export function PlannerChoice({ modality }: Pick<Series, "modality">) {
  const planners = useCall("imaging.planners", {}).value ?? [];
  const settings = useCall("settings.get", {}).value;
  const change = useChange("settings.set");
  if (settings === undefined || planners.length === 0) return null;
  const first = planners[0]?.title ?? "Rules";
  const known = ["auto", ...planners.map(({ id }) => id)].includes(settings.planner);
  return (
    <div className="talk-plan">
      <label>
        Planned by
        <select
          className="input"
          title={`Automatic: ${first}`}
          value={known ? settings.planner : "auto"}
          onChange={(event) => void change.run({ planner: event.target.value })}
        >
          <option value="auto">Automatic</option>
          {planners.map(({ id, title, version }) => (
            <option key={id} value={id}>
              {id === "rules" ? title : `${title} ${version}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Expert calls
        <select
          className="input"
          value={settings.expertCalls}
          onChange={(event) => void change.run({ expertCalls: Number(event.target.value) })}
        >
          {[1, 2, 3, 4].map((count) => (
            <option key={count} value={count}>
              {count === 1 ? "one" : `up to ${count}`}
            </option>
          ))}
        </select>
      </label>
      <EffortChoice modality={modality} />
      {change.error && <p className="field-note">{change.error.message}</p>}
    </div>
  );
}
