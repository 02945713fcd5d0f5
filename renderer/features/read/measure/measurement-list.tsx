/** The reader's measurements: a click goes there, a name can be given, delete can be undone. */
import { Trash2 } from "lucide-react";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import type { Measurement } from "../../../../electron/api/schemas/reading.ts";
import { IconButton } from "../../../ui/button.tsx";
import { shownValue } from "./geometry.ts";
import { planeLine } from "./measured-on.ts";
import type { Measurements } from "./use-measurements.ts";

const toolNames: Record<Measurement["kind"], string> = {
  length: "Length",
  bidirectional: "Diameters",
  angle: "Angle",
  ellipse: "Ellipse",
  rectangle: "Rectangle",
  probe: "Probe",
  volume: "Volume",
};

type ListProps = {
  /** Where the millimetres do not hold in the patient: shown beside every length. */
  scale?: Series["scale"];
  measurements: Measurements;
  seriesId: string;
  isVolume: boolean;
  onGoTo: (measurement: Measurement) => void;
};

export function MeasurementList({ measurements, seriesId, isVolume, scale, onGoTo }: ListProps) {
  const own = measurements.list.filter((one) => one.seriesId === seriesId);
  if (own.length === 0) return null;
  return (
    <section className="measured" aria-label="Measurements">
      <h2>Measurements</h2>
      {scale && <p className="measured-note">{scale.note}</p>}
      <ul>
        {own.map((one) => (
          <li key={one.id}>
            <button type="button" className="measured-go" onClick={() => onGoTo(one)}>
              <span>
                {toolNames[one.kind]}
                {isVolume && ` · slice ${one.slice + 1}`}
              </span>
              <strong>{[summaryOf(one), ...planeLine(one.values, { scale })].join(", ")}</strong>
            </button>
            <input
              aria-label="Name of this measurement"
              placeholder="Name"
              defaultValue={one.label}
              key={one.label}
              maxLength={64}
              onBlur={(event) => measurements.rename(one, event.target.value.trim())}
              onKeyDown={(event) => {
                if (event.key === "Enter") event.currentTarget.blur();
              }}
            />
            <IconButton
              label="Delete this measurement"
              icon={Trash2}
              onPress={() => measurements.remove(one)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The first two values that matter: a diameter pair, or the mean with its spread. */
function summaryOf({ kind, values }: Measurement): string {
  const of = (name: string) => values.find((result) => result.name === name);
  const [mean, spread] = [of("Mean"), of("Standard deviation")];
  if ((kind === "ellipse" || kind === "rectangle") && mean && spread)
    return `${shownValue(mean)} ± ${shownValue({ ...spread, unit: "1" })}`;
  return values
    .slice(0, kind === "bidirectional" ? 2 : 1)
    .map(shownValue)
    .join(" × ");
}
