/** Over a paper whose pages are pictures: what is missing, and the button that reads them here. */
import { ScanText } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { Progress, Trouble } from "../../ui/feedback.tsx";
import { plural } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";

export function ScanBar({ assetId, onRead }: { assetId: string; onRead: () => void }) {
  const scan = useCall("extraction.scan", { assetId }).value;
  const recognise = useChange("extraction.recognise", ["jobs"]);
  async function read(): Promise<void> {
    const answer = await recognise.run({ assetId });
    if (!answer) return;
    toast(`${plural(answer.recognised, "page")} read from the scan; its values are suggested anew`);
    onRead();
  }
  if (!scan || (scan.withoutText === 0 && scan.recognised === 0)) return null;
  return (
    <div className="scan-bar" role="note">
      {recognise.error && (
        <Trouble error={recognise.error} kept="The paper is as it was." onClose={recognise.clear} />
      )}
      {scan.withoutText > 0 ? (
        <div className="scan-line">
          <span>
            {scan.withoutText} of {plural(scan.pages, "page")}{" "}
            {scan.withoutText === 1 ? "is a picture" : "are pictures"} without text: nothing can be
            suggested from there.
          </span>
          <Button icon={ScanText} disabled={recognise.running} onPress={() => void read()}>
            Read the scan here
          </Button>
        </div>
      ) : (
        <span>
          {plural(scan.recognised, "page")} read from a scan. Digits may be mistaken: compare each
          value with the picture.
        </span>
      )}
      {recognise.running && <Progress event={recognise.event} onCancel={recognise.cancel} />}
    </div>
  );
}
