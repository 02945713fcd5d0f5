/** The way into reading images from home. */
import { ScanLine } from "lucide-react";
import { go } from "../../frame/route.ts";
import { Button } from "../../ui/button.tsx";

export function RecentStudies() {
  return (
    <section className="home-section" aria-labelledby="studies-heading">
      <div className="home-head">
        <h2 id="studies-heading">Image studies</h2>
      </div>
      <div className="card home-read">
        <ScanLine size={20} strokeWidth={1.6} aria-hidden />
        <p>
          Open a radiograph, CT or MR series and ask an expert model to outline what you name.
          Research use only.
        </p>
        <Button onPress={() => go({ page: "read", studyId: null })}>Read images</Button>
      </div>
    </section>
  );
}
