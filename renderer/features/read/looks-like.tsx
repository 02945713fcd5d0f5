/** What a single image looks like before anything is asked, and which experts are for it. */
import { ScanSearch } from "lucide-react";
import { useCall } from "../../use-call.ts";

export function LooksLike({ studyId, seriesId }: { studyId: string; seriesId: string }) {
  const look = useCall("routing.look", { studyId, seriesId }).value;
  if (!look) return null;
  const says = look.known
    ? `Looks like ${look.why}.`
    : `Not clear what this is: ${look.why}. You will be asked before an expert is.`;
  return (
    <p className="field-note looks-like">
      <ScanSearch size={13} aria-hidden /> {says}
      {look.known && look.experts.length > 0 && ` Experts for it: ${look.experts.join(", ")}.`}
      {look.known && look.experts.length === 0 && " No installed expert is made for it."}
    </p>
  );
}
