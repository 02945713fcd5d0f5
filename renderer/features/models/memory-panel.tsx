/** What models hold of memory on each device, what is likely next, and the log of calls as a time line. */
import { Download, Eraser, History } from "lucide-react";
import { useState } from "react";
import type { Output } from "../../../electron/api/contract.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { deviceName } from "../../ui/device-names.ts";
import { Trouble } from "../../ui/feedback.tsx";
import { dateTime, plural, size } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { NextModels } from "./next-models.tsx";
import { CallLine } from "./call-line.tsx";

type State = Output<"runtime.state">;
type Device = State["devices"][number];

export function MemoryPanel() {
  const state = useCall("runtime.state", {});
  const exporting = useChange("runtime.exportTrace");
  const clearing = useChange("runtime.clearTrace");
  const [sure, setSure] = useState(false);
  if (state.error) return <Trouble error={state.error} onRetry={state.reload} />;
  if (!state.value) return null;
  const { devices, expected, after, calls, callsInAll, hitRatio, failedInAll } = state.value;

  async function save(): Promise<void> {
    const answer = await exporting.run({});
    if (answer) await native.saveAsset(answer.assetId, answer.name);
  }
  async function clear(): Promise<void> {
    setSure(false);
    if (await clearing.run({}))
      toast("The log of calls is empty, and what was learned from it is forgotten");
  }
  return (
    <section className="card memory-panel" aria-label="Memory and calls">
      {devices.map((device) => (
        <DeviceMemory
          key={device.device}
          of={device}
          machineBytes={state.value?.machineBytes ?? 0}
        />
      ))}
      <div className="memory-calls">
        <p className="field-note">
          <History size={13} aria-hidden />{" "}
          {callsInAll + failedInAll === 0
            ? "No model was called yet. Calls are logged by name, time and bytes, never with what was read."
            : `${plural(callsInAll, "call")}, ${Math.round(100 * (hitRatio ?? 0))} % found the model open.`}
          {failedInAll > 0 && ` ${plural(failedInAll, "call")} failed.`}
        </p>
        {callsInAll + failedInAll > 0 && (
          <span className="memory-acts">
            <Button kind="quiet" icon={Download} onPress={() => void save()}>
              Save the log
            </Button>
            {sure ? (
              <>
                <Button onPress={() => void clear()}>Clear it</Button>
                <Button kind="quiet" onPress={() => setSure(false)}>
                  Keep it
                </Button>
              </>
            ) : (
              <Button kind="quiet" icon={Eraser} onPress={() => setSure(true)}>
                Clear the log…
              </Button>
            )}
          </span>
        )}
      </div>
      {callsInAll > 0 && <NextModels expected={expected} after={after} />}
      {calls.length > 0 && <CallLine calls={calls} />}
      <LastFailures calls={calls} />
      {calls[0] && (
        <p className="field-note memory-key">
          <i data-kind="hit" /> open already <i data-kind="miss" /> opened for the call{" "}
          <i data-kind="prefetch" /> opened ahead <i data-kind="release" /> closed to make room{" "}
          <i data-kind="failed" /> failed <i data-kind="spared" /> not asked · last{" "}
          {dateTime(calls[0].at)}
        </p>
      )}
    </section>
  );
}

/** The newest failures in words: which model, when, and what it is called. */
function LastFailures({ calls }: { calls: State["calls"] }) {
  const failures = calls.filter(({ kind }) => kind === "failed").slice(0, 3);
  if (failures.length === 0) return null;
  return (
    <ul className="memory-failures field-note">
      {failures.map(({ at, expert, why }, index) => (
        <li key={`${at} ${index}`}>
          {dateTime(at)}: {expert.split("/")[0]} failed{why ? ` (${why})` : ""}; nothing that was
          decided is lost, ask again where it was asked.
        </li>
      ))}
    </ul>
  );
}

const gigabyte = 1e9;

function DeviceMemory({ of, machineBytes }: { of: Device; machineBytes: number }) {
  const setBudget = useChange("runtime.setBudget");
  const held = of.open.reduce((sum, { bytes }) => sum + bytes, 0);
  const choices = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64].filter(
    (gigabytes) => of.device !== "cpu" || gigabytes * gigabyte < machineBytes,
  );
  const name = deviceName(of.device);
  const chosen = of.chosen ? String(of.budgetBytes / gigabyte) : "";
  return (
    <div className="memory-device">
      <div className="memory-head">
        <b>{name}</b>
        <span className="numbers">
          {of.open.length === 0
            ? "no model open"
            : `${plural(of.open.length, "model")} open, ${size(held)}`}{" "}
          of {size(of.budgetBytes)}
        </span>
        <label className="pack-device">
          Models may take
          <select
            className="input"
            value={chosen}
            disabled={setBudget.running}
            onChange={(event) =>
              void setBudget.run({
                device: of.device,
                bytes: event.target.value === "" ? null : Number(event.target.value) * gigabyte,
              })
            }
          >
            <option value="">
              {of.device === "cpu" ? "half of the machine" : "4.0 GB"}
              {of.chosen ? "" : ` (${size(of.budgetBytes)})`}
            </option>
            {choices.map((gigabytes) => (
              <option key={gigabytes} value={String(gigabytes)}>
                {size(gigabytes * gigabyte)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div
        className="memory-bar"
        role="img"
        aria-label={`${name}: ${of.open.map(({ title, bytes }) => `${title} ${size(bytes)}`).join(", ") || "no model open"}`}
      >
        {of.open.map(({ id, title, bytes }) => (
          <i
            key={id}
            title={`${title}: ${size(bytes)}`}
            style={{ flexBasis: `${(100 * bytes) / of.budgetBytes}%` }}
          />
        ))}
      </div>
      {of.open.length > 0 && (
        <p className="field-note memory-open">
          {of.open.map(({ title, bytes }) => `${title} ${size(bytes)}`).join(" · ")}
        </p>
      )}
      {setBudget.error && <Trouble error={setBudget.error} />}
    </div>
  );
}
