/** Image studies: the recent ones, and the way to a new one. */
import { ScanLine } from "lucide-react";
import { go } from "../../frame/route.ts";
import { StateMark } from "../../frame/state-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { ago, plural } from "../../ui/time.ts";
import { useCall } from "../../use-call.ts";

const shownStudies = 6;

export function RecentStudies() {
  const studies = useCall("imaging.studies", {}).value ?? [];
  const open = (studyId: string | null): void => go({ page: "read", studyId });
  return (
    <section className="home-section" aria-labelledby="studies-heading">
      <div className="home-head">
        <h2 id="studies-heading">Image studies</h2>
        <Button
          kind={studies.length > 0 ? "quiet" : "plain"}
          icon={ScanLine}
          onPress={() => open(null)}
        >
          Open images
        </Button>
      </div>
      {studies.length === 0 && (
        <div className="card home-read">
          <ScanLine size={20} strokeWidth={1.6} aria-hidden />
          <p>
            Open a radiograph, CT or MR series and ask an expert model to outline what you name.
            Research use only.
          </p>
        </div>
      )}
      <ul className="home-studies">
        {studies
          .toSorted((a, b) => b.at.localeCompare(a.at))
          .slice(0, shownStudies)
          .map((study) => (
            <li key={study.id}>
              <button type="button" className="card home-study" onClick={() => open(study.id)}>
                <span className="home-title">{study.name}</span>
                <span className="field-note">
                  {[
                    study.modalities.filter((modality) => modality !== "unknown").join(", "),
                    plural(study.series, "series", "series"),
                    ago(study.at),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
                <span className="home-study-marks">
                  {study.sample && <span className="chip">Sample</span>}
                  {study.undecided > 0 && (
                    <StateMark state="suggested">{study.undecided} to decide</StateMark>
                  )}
                </span>
              </button>
            </li>
          ))}
      </ul>
    </section>
  );
}
