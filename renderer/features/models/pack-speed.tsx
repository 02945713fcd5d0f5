/** Where one pack computes, what was tried before, and how fast it was when last measured here. */
import { Gauge } from "lucide-react";
import type { Bench, PackInfo } from "../../../electron/api/schemas/models.ts";
import { Button } from "../../ui/button.tsx";
import { size } from "../../ui/time.ts";
import { useChange } from "../../use-call.ts";
import { deviceName } from "../../ui/device-names.ts";

type SpeedProps = {
  pack: PackInfo;
  /** All that this platform's runtime has. */
  devices: string[];
  measuring: boolean;
  onMeasure: () => void;
};

export function PackSpeed({ pack, devices, measuring, onMeasure }: SpeedProps) {
  const setDevice = useChange("models.setDevice");
  const { choice, order } = pack.device;
  // Closed again, what its last timing met still stands.
  const [last] = pack.bench;
  const { using, tried } =
    pack.device.using === "" && last ? { using: last.device, tried: last.tried } : pack.device;
  const automatic = order[0] === undefined ? "" : ` (${deviceName(order[0])})`;
  return (
    <div className="pack-speed">
      <div className="pack-speed-line">
        {order.length > 0 && devices.length > 1 && (
          <label className="pack-device">
            Computes on
            <select
              className="input"
              value={choice ?? ""}
              disabled={setDevice.running}
              onChange={(event) =>
                void setDevice.run({ id: pack.id, device: event.target.value || null })
              }
            >
              <option value="">Chosen by the program{choice === null ? automatic : ""}</option>
              {devices.map((device) => (
                <option key={device} value={device}>
                  {deviceName(device)}
                </option>
              ))}
            </select>
          </label>
        )}
        <Measured bench={pack.bench} />
        <Button kind="quiet" icon={Gauge} disabled={measuring} onPress={onMeasure}>
          {pack.bench.length > 0 ? "Measure again" : "Measure its speed here"}
        </Button>
      </div>
      {pack.device.layers && (
        <p className="field-note">
          {pack.device.layers.card} of {pack.device.layers.all} layers on the graphics card
          {pack.device.layers.card < pack.device.layers.all &&
            ", the others by the processor: models may take no more room there"}
          .
        </p>
      )}
      {using !== choice && tried.length > 0 && (
        <ul className="pack-tried" aria-label="Devices tried">
          {tried.map(({ device, failedBecause }) => (
            <li key={device}>
              {deviceName(device)} was tried and failed, so the {deviceName(using).toLowerCase()} is
              used. <q>{failedBecause}</q>
            </li>
          ))}
        </ul>
      )}
      {setDevice.error && <p className="pack-problem">{setDevice.error.message}</p>}
    </div>
  );
}

function Measured({ bench }: { bench: Bench[] }) {
  if (bench.length === 0) return <span className="field-note">Not measured here yet</span>;
  return (
    <ul className="pack-measured numbers" aria-label="Last measured">
      {bench.map((one) => (
        <li key={one.device} title={titleOf(one)}>
          <b>{milliseconds(one.p50)}</b> a call, 19 of 20 under {milliseconds(one.p95)};{" "}
          {one.writes
            ? `${one.writes.tokensPerSecond.toFixed(0)} tokens a second, the first after ${milliseconds(one.writes.firstMs)}`
            : perSecond(one.throughput)}
          ; loads in {milliseconds(one.loadMs)}; {size(one.peakBytes)} of memory;{" "}
          {deviceName(one.device).toLowerCase()}, <time dateTime={one.at}>{one.at}</time>
        </li>
      ))}
    </ul>
  );
}

const titleOf = ({ ratioToRuntime }: Bench): string =>
  `The whole call takes ${ratioToRuntime.toFixed(2)} times what the network alone takes.`;

function milliseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function perSecond(value: number): string {
  return value < 10 ? `${value.toFixed(1)} a second` : `${value.toFixed(0)} a second`;
}
