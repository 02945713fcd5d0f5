/** The export, which says what goes out before it does, and the way to an archive that is named. */
import { Download } from "lucide-react";
import type { Output } from "../../../../electron/api/contract.ts";
import type { Study } from "../../../../electron/api/schemas/imaging.ts";
import { call } from "../../../call.ts";
import { native } from "../../../native.ts";
import { Button } from "../../../ui/button.tsx";
import { toast } from "../../../ui/toast.tsx";
import { asError } from "../../../use-call.ts";
import { SendTo } from "../pacs/send-to.tsx";
import { goesOut } from "./accepted.ts";

type ExportProps = { study: Study; reading: Output<"imaging.reading">; unsaved: boolean };

export function ExportRead({ study, reading, unsaved }: ExportProps) {
  async function save(): Promise<void> {
    try {
      const { files } = await call("imaging.export", { studyId: study.id });
      const bundle = files.find((file) => file.name.endsWith(".zip"));
      if (bundle) await native.saveAsset(bundle.assetId, bundle.name);
    } catch (thrown) {
      toast(asError(thrown).message);
    }
  }
  return (
    <section className="report-part" aria-label="What goes out">
      <h2>What goes out</h2>
      <ul className="report-out">
        {goesOut(study, reading).map((line) => (
          <li key={line}>{line}</li>
        ))}
        {unsaved && <li data-kind="missing">Not in it: the text that is not saved yet</li>}
      </ul>
      <div className="report-acts">
        <Button icon={Download} onPress={() => void save()}>
          Export these to a ZIP
        </Button>
      </div>
      <SendTo studyId={study.id} />
    </section>
  );
}
