/** The mode of every read on this desk, with who set it last. */
import { dateTime } from "../../../ui/time.ts";
import { toast } from "../../../ui/toast.tsx";
import { useCall, useChange } from "../../../use-call.ts";
import "./first.css";

export function ReadFirstSwitch() {
  const mode = useCall("imaging.readFirst", {}).value;
  const change = useChange("imaging.setReadFirst");
  if (mode === undefined) return null;
  async function turn(on: boolean): Promise<void> {
    if (await change.run({ on }))
      toast(
        on
          ? "Read first is on: model output shows after you commit your impression of a study."
          : "Read first is off: model output shows as it comes.",
      );
  }
  return (
    <label className="read-first">
      <input
        type="checkbox"
        checked={mode.on}
        disabled={change.running}
        onChange={(event) => void turn(event.target.checked)}
      />
      <span>
        <strong>Read first</strong>
        <span className="field-note">
          Model output shows once you have committed your own impression.
          {mode.set &&
            ` Turned ${mode.on ? "on" : "off"} by ${mode.set.by}, ${dateTime(mode.set.at)}.`}
        </span>
        {change.error && <span role="alert">{change.error.message}</span>}
      </span>
    </label>
  );
}
