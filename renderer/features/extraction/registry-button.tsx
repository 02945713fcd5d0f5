/** The registry record of the study in focus: what it is, and the one button that asks ClinicalTrials.gov. */
import { Landmark } from "lucide-react";
import { useState } from "react";
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { putAsset } from "../../call.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { Progress, Trouble } from "../../ui/feedback.tsx";
import { plural } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import type { Study } from "./cells.ts";

export function RegistryButton({ reviewId, study }: { reviewId: string; study: Study }) {
  const [open, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <AriaButton className="button" data-kind="quiet">
        <Landmark size={15} aria-hidden /> Registry
      </AriaButton>
      <Popover className="popover" placement="bottom start">
        <Dialog aria-label={`Registry record of ${study.label}`} className="registry-dialog">
          <RegistryRecord reviewId={reviewId} study={study} onDone={() => setOpen(false)} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function RegistryRecord({
  reviewId,
  study,
  onDone,
}: {
  reviewId: string;
  study: Study;
  onDone: () => void;
}) {
  const { recordId } = study;
  const known = useCall("extraction.registry", { reviewId, recordId });
  const fetched = useChange("extraction.fetchRegistry", ["review", "audit"]);
  const attach = useChange("extraction.attach", ["review", "audit"]);
  const [typed, setTyped] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const numbers = known.value?.numbers ?? [];
  const typedNumber = typed.trim().toUpperCase();
  const asked = typedNumber || known.value?.attached?.nct || numbers[0];
  const valid = asked !== undefined && /^NCT\d{8}$/.test(asked);

  async function ask(nct: string): Promise<void> {
    const answer = await fetched.run({ reviewId, recordId, nct });
    if (answer) {
      known.reload();
      onDone();
      toast(`${nct}: ${plural(answer.suggested, "value")} suggested from the registry`);
    }
  }
  async function choose(): Promise<void> {
    const [file] = await native.chooseFiles({ accept: ".json", multiple: false });
    if (!file) return;
    const { id } = await putAsset(file);
    const answer = await attach.run({
      reviewId,
      files: [{ assetId: id, name: file.name, recordId }],
    });
    known.reload();
    const [result] = answer ?? [];
    if (!result) return;
    if (result.recordId === null) return setRefused(result.warning);
    onDone();
    toast(result.warning ?? `${file.name} attached`);
  }
  const error = fetched.error ?? attach.error ?? known.error;
  return (
    <>
      <p>
        <strong>{study.label}</strong>
      </p>
      <p className="field-note">
        {known.value?.attached
          ? `The record of ${known.value.attached.nct} is kept; its values stand beside the paper's.`
          : numbers.length > 0
            ? `Names ${numbers.join(", ")}. No registry record is kept yet.`
            : "Names no NCT number. Type one, or take a record's JSON file."}
      </p>
      <label className="registry-number">
        NCT number
        <input
          className="input"
          placeholder={asked ?? "NCT01234567"}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <div className="fields-more">
        <Button
          kind="primary"
          disabled={!valid || fetched.running}
          onPress={() => asked && void ask(asked)}
        >
          Fetch from ClinicalTrials.gov
        </Button>
        <Button disabled={attach.running} onPress={() => void choose()}>
          Take a JSON file
        </Button>
      </div>
      <p className="field-note">
        Fetching sends {valid ? asked : "this number"} to clinicaltrials.gov and nothing else. A
        file stays on this machine.
      </p>
      {refused !== null && (
        <p className="attach-warning" role="alert">
          {refused}
        </p>
      )}
      {fetched.running && <Progress event={fetched.event} onCancel={fetched.cancel} />}
      {error && (
        <Trouble
          error={error}
          kept="The grid is as it was."
          onClose={() => {
            fetched.clear();
            attach.clear();
          }}
        />
      )}
    </>
  );
}
