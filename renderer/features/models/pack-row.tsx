/** One pack: title, plain purpose, measured figures, licence, device and speed. */
import { CircleAlert, CircleCheck, CirclePause, Trash2 } from "lucide-react";
import { Switch } from "react-aria-components";
import type { PackInfo } from "../../../electron/api/schemas/models.ts";
import { Button } from "../../ui/button.tsx";
import { size } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useChange } from "../../use-call.ts";
import { AllFigures, PackFigures } from "./pack-figures.tsx";
import { PackSpeed } from "./pack-speed.tsx";

const statusLooks = {
  ready: { icon: CircleCheck, text: "Ready" },
  disabled: { icon: CirclePause, text: "Switched off" },
  broken: { icon: CircleAlert, text: "Broken" },
} as const;

export function PackRow({
  pack,
  chosen,
  onChoose,
  devices,
  measuring,
  onMeasure,
}: {
  pack: PackInfo;
  chosen: boolean;
  onChoose: () => void;
  devices: string[];
  measuring: boolean;
  onMeasure: () => void;
}) {
  const setEnabled = useChange("models.setEnabled");
  const remove = useChange("models.remove");
  async function removePack(): Promise<void> {
    if (!(await remove.run({ id: pack.id }))) return;
    toast(
      `${pack.title} removed from this disk (${size(pack.bytes)}); add it again from its zip or hub address`,
    );
  }
  const { icon: Icon, text } = statusLooks[pack.status];
  return (
    <li className="card pack" aria-current={chosen}>
      <button type="button" className="pack-open" onClick={onChoose}>
        <span className="pack-title">
          {pack.title} <span className="count">{pack.version}</span>
        </span>
        <span className="pack-use">{pack.intendedUse}</span>
        {pack.problem && <span className="pack-problem">{pack.problem}</span>}
      </button>
      <PackFigures figures={pack.figures} />
      <div className="pack-side">
        <span className="pack-status" data-status={pack.status}>
          <Icon size={14} aria-hidden /> {text}
        </span>
        <span className="field-note">
          {pack.task} · {size(pack.bytes)}
          {pack.bundled && " · bundled"}
        </span>
        <span className="field-note">
          {pack.licence.name}
          {pack.licence.researchOnly && ", research only"}
        </span>
        {pack.status !== "broken" && (
          <Switch
            className="switch"
            isSelected={pack.status === "ready"}
            isDisabled={setEnabled.running}
            onChange={(enabled) => void setEnabled.run({ id: pack.id, enabled })}
          >
            <i aria-hidden /> In use
          </Switch>
        )}
        {!pack.bundled && (
          <Button
            kind="quiet"
            icon={Trash2}
            disabled={remove.running}
            onPress={() => void removePack()}
          >
            Remove its files
          </Button>
        )}
      </div>
      <AllFigures figures={pack.figures} title={pack.title} />
      {pack.status === "ready" && !["generation", "planning"].includes(pack.task) && (
        <PackSpeed pack={pack} devices={devices} measuring={measuring} onMeasure={onMeasure} />
      )}
    </li>
  );
}
