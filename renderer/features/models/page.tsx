/** Models: each pack with what it is for, how good it was measured to be, and under which licence. */
import { Boxes, CircleAlert, Power, ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { Output } from "../../../electron/api/contract.ts";
import { Why } from "../../frame/why.tsx";
import { Button } from "../../ui/button.tsx";
import { Bar, Empty, Progress, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { size } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { deviceName } from "../../ui/device-names.ts";
import { AddPack } from "./add-pack.tsx";
import { MemoryPanel } from "./memory-panel.tsx";
import { Panels } from "./panels.tsx";
import { PackRow } from "./pack-row.tsx";
import "./models.css";

export function ModelsPage() {
  const packs = useCall("models.list", {});
  const status = useCall("models.status", {}).value;
  const verify = useChange("models.verify");
  const bench = useChange("models.bench", ["jobs"]);
  const retry = useChange("models.retry");
  const [chosenId, setChosenId] = useState<string | null>(null);
  const list = packs.value ?? [];
  const chosen = list.find(({ id }) => id === chosenId) ?? list[0];

  async function check(): Promise<void> {
    const answers = await verify.run({});
    if (!answers) return;
    const bad = answers.filter(({ ok }) => !ok);
    toast(
      bad.length === 0
        ? `All ${answers.length} packs match their recorded hashes`
        : `${bad.length} of ${answers.length} packs do not match: ${bad.map(({ id }) => id).join(", ")}`,
    );
  }
  if (packs.error && !packs.value)
    return (
      <div className="page-trouble">
        <Trouble error={packs.error} onRetry={packs.reload} />
      </div>
    );
  if (!packs.value) return <Skeleton />;
  return (
    <div className="page-column models">
      <div className="models-head">
        <p className="field-note">
          {status?.order[0] && `Computes on: ${deviceName(status.order[0]).toLowerCase()}. `}
          {size(list.reduce((sum, { bytes }) => sum + bytes, 0))} on disk. Models run in a process
          of their own; if one fails, nothing else does.
        </p>
        {status && <Memory of={status} />}
        <Button icon={ShieldCheck} disabled={verify.running} onPress={() => void check()}>
          Check all files
        </Button>
      </div>
      {status?.state === "unavailable" && (
        <div className="trouble" role="alert">
          <div className="trouble-head">
            <CircleAlert size={16} aria-hidden />
            <div>
              <p>The model process failed {status.failures} times in a row and was stopped.</p>
              <p className="field-note">{status.lastFailure}</p>
            </div>
            <Button icon={Power} onPress={() => void retry.run({})}>
              Start it again
            </Button>
          </div>
        </div>
      )}
      {(verify.error ?? bench.error) && <Trouble error={(verify.error ?? bench.error)!} />}
      {bench.running && <Progress event={bench.event} onCancel={bench.cancel} />}
      {list.length === 0 && (
        <Empty icon={Boxes}>
          No model pack is installed. Screening still ranks and extraction still proposes by rule;
          images need a pack.
        </Empty>
      )}
      <MemoryPanel />
      <Panels />
      <AddPack />
      <ul className="pack-list">
        {list.map((pack) => (
          <PackRow
            key={pack.id}
            pack={pack}
            chosen={pack === chosen}
            onChoose={() => setChosenId(pack.id)}
            devices={status?.devices ?? []}
            measuring={bench.running}
            onMeasure={() => void bench.run({ id: pack.id })}
          />
        ))}
      </ul>
      {chosen && (
        <Why title={chosen.title}>
          <Card id={chosen.id} title={chosen.title} />
        </Why>
      )}
    </div>
  );
}

/** What the model process holds of the machine's memory; nothing when it does not run. */
function Memory({ of: { memoryBytes, machineBytes } }: { of: Output<"models.status"> }) {
  if (memoryBytes === 0) return null;
  const label = `Open models hold ${size(memoryBytes)} of ${size(machineBytes)} memory`;
  return (
    <div className="models-memory">
      <span className="field-note">{label}</span>
      <Bar part={memoryBytes / machineBytes} label={label} />
    </div>
  );
}

function Card({ id, title }: { id: string; title: string }) {
  const card = useCall("models.card", { id });
  if (card.error) return <Trouble error={card.error} />;
  if (!card.value) return null;
  // The panel says the title already.
  const text = card.value.markdown.replace(`# ${title}\n`, "");
  return <Markdown text={text} pictures={card.value.pictures} />;
}
