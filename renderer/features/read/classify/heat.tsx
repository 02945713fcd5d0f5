/** The heat map of a classifier's answer: made on demand with progress and cancel, laid over the image with its opacity. */
import { Flame, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { HeatMap } from "../../../../electron/api/schemas/heat-map.ts";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Progress, Trouble } from "../../../ui/feedback.tsx";
import { useChange } from "../../../use-call.ts";
import type { Stage } from "../look/viewer.tsx";
import { Opacity } from "../opacity.tsx";
import { layHeat } from "./heat-overlay.ts";

type HeatProps = {
  studyId: string;
  suggestionId: string;
  series: Series;
  stage: Stage | null;
  /** The pack whose score is explained, where the answer is a mean over several; else empty. */
  alone: string;
};

export function Heat({ studyId, suggestionId, series, stage, alone }: HeatProps) {
  const make = useChange("imaging.heatMap", [], "byCaller");
  const [map, setMap] = useState<HeatMap | null>(null);
  const [label, setLabel] = useState("");
  const [opacity, setOpacity] = useState(0.6);
  const shown = map?.labels.find((one) => one.label === label) ?? map?.labels[0];
  useEffect(() => {
    if (!stage || !map || !shown) return;
    return layHeat(stage, series, map, { changes: shown.changes, opacity });
  }, [stage, series, map, shown, opacity]);

  async function show(): Promise<void> {
    const made = await make.run({ studyId, suggestionId });
    if (made) setMap(made);
  }
  if (make.running) return <Progress event={make.event} onCancel={make.cancel} />;
  if (map === null || shown === undefined)
    return (
      <>
        <div className="report-acts">
          <Button icon={Flame} onPress={() => void show()}>
            Heat map
          </Button>
          <span className="field-note">
            where covering the picture changes the score{alone && ` of ${alone} alone`}
          </span>
        </div>
        {make.error && (
          <Trouble
            error={make.error}
            kept="The findings are as they were."
            onRetry={() => void show()}
            onClose={make.clear}
          />
        )}
      </>
    );
  const strongest = shown.changes.reduce(
    (most, change) => (Math.abs(change) > Math.abs(most) ? change : most),
    0,
  );
  return (
    <div className="heat" role="group" aria-label="Heat map by covering">
      <div className="heat-head">
        <label>
          Heat map of
          <select
            className="input"
            value={shown.label}
            onChange={(event) => setLabel(event.target.value)}
          >
            {map.labels.map((one) => (
              <option key={one.label}>{one.label}</option>
            ))}
          </select>
        </label>
        <IconButton label="Take the heat map away" icon={X} onPress={() => setMap(null)} />
      </div>
      <Opacity value={opacity} onChange={setOpacity} />
      <p className="field-note">
        Where covering the picture changes the score{alone && ` of ${alone} alone`}:{" "}
        <span className="heat-key" data-kind="falls">
          it falls
        </span>{" "}
        <span className="heat-key" data-kind="rises">
          it rises
        </span>
        . Strongest {strongest < 0 ? "rise" : "fall"} {Math.abs(strongest).toFixed(2)} of a score of{" "}
        {shown.score.toFixed(2)} (operating point {shown.operatingPoint.toFixed(2)}). It shows what
        the network looks at, not where disease is.
      </p>
    </div>
  );
}
