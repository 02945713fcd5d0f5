/** The reads of images that belong to this review: where its question came from, or whose outcome it is about. */
import { Link2, ScanLine, Unlink } from "lucide-react";
import { call } from "../../call.ts";
import { go } from "../../frame/route.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { dateTime } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { asError, invalidate, useCall } from "../../use-call.ts";

export function LinkedReads({ reviewId }: { reviewId: string }) {
  const reads = useCall("imaging.readsOf", { reviewId }).value;
  const studies = useCall("imaging.studies", {}).value ?? [];
  if (reads === undefined) return null;
  const free = studies.filter(({ id }) => !reads.some(({ studyId }) => studyId === id));

  async function change(work: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await work();
      toast(done);
    } catch (thrown) {
      toast(`Not stored: ${asError(thrown).message}`);
    }
    invalidate("imaging");
  }
  return (
    <section className="linked-reads" aria-label="Image reads of this review">
      <h2>Image reads</h2>
      {reads.length === 0 && (
        <p className="field-note">
          None yet. “Find evidence” beside a finding starts a review; an imaging outcome can be
          linked to its study here.
        </p>
      )}
      <ul>
        {reads.map(({ id, studyId, study, finding, by, at }) => (
          <li key={id}>
            <Button kind="quiet" icon={ScanLine} onPress={() => go({ page: "read", studyId })}>
              {finding ? `${finding} – ${study}` : study}
            </Button>
            <span className="field-note">
              {by}, {dateTime(at)}
            </span>
            <IconButton
              label={`Unlink ${study}`}
              icon={Unlink}
              onPress={() =>
                void change(
                  () => call("imaging.removeEntry", { studyId, entryId: id }),
                  "Unlinked; the study is as it was.",
                )
              }
            />
          </li>
        ))}
      </ul>
      {free.length > 0 && (
        <label className="linked-reads-add">
          <Link2 size={15} aria-hidden />
          <select
            className="input"
            aria-label="Link a study of images"
            value=""
            onChange={({ target }) =>
              void change(
                () => call("imaging.linkReview", { studyId: target.value, reviewId }),
                "Linked.",
              )
            }
          >
            <option value="">Link a study of images</option>
            {free.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
    </section>
  );
}
