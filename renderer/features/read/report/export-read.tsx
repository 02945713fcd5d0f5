/** The export, which says what goes out before it does, and the way to an archive that is named. */
import { Download, FileKey } from "lucide-react";
import { useState } from "react";
import type { Input, Output } from "../../../../electron/api/contract.ts";
import type { Study } from "../../../../electron/api/schemas/imaging.ts";
import { native } from "../../../native.ts";
import { Button } from "../../../ui/button.tsx";
import { Trouble } from "../../../ui/feedback.tsx";
import { useChange } from "../../../use-call.ts";
import { SendTo } from "../pacs/send-to.tsx";
import { goesOut } from "./accepted.ts";

type ExportProps = { study: Study; reading: Output<"imaging.reading">; unsaved: boolean };
type Kept = NonNullable<Input<"imaging.export">["deidentify"]>["options"][number];

/** What PS3.15 lets stay, in words. */
const mayStay: [Kept, string][] = [
  ["modified-dates", "dates, all moved by the same number of days"],
  ["full-dates", "dates as they are"],
  ["patient-characteristics", "sex, age, size and weight"],
  ["retain-uids", "identifiers of study, series and images"],
  ["device-identity", "station and serial numbers"],
  ["institution-identity", "the institution"],
];

/** Dates are either moved or as they are. */
const excludes = (one: Kept, other: Kept): boolean =>
  one !== other && one.endsWith("-dates") && other.endsWith("-dates");

export function ExportRead({ study, reading, unsaved }: ExportProps) {
  const make = useChange("imaging.export", [], "byCaller");
  const [nameless, setNameless] = useState(false);
  const [images, setImages] = useState(false);
  const [stay, setStay] = useState<readonly Kept[]>([]);
  const [made, setMade] = useState<Output<"imaging.export"> | null>(null);
  const about = {
    studyId: study.id,
    ...(nameless ? { deidentify: { options: [...stay], images } } : {}),
  };
  const map = made?.files.find(({ name }) => name.startsWith("uid-map"));

  async function save(): Promise<void> {
    const answer = await make.run(about);
    if (answer === undefined) return;
    setMade(answer);
    const bundle = answer.files.find((file) => file.name.endsWith(".zip"));
    if (bundle) await native.saveAsset(bundle.assetId, bundle.name);
  }
  return (
    <section className="report-part" aria-label="What goes out">
      <h2>What goes out</h2>
      <ul className="report-out">
        {goesOut(study, reading, nameless).map((line) => (
          <li key={line}>{line}</li>
        ))}
        {unsaved && <li data-kind="missing">Not in it: the text that is not saved yet</li>}
      </ul>
      <label className="report-check">
        <input
          type="checkbox"
          checked={nameless}
          onChange={(event) => {
            setNameless(event.target.checked);
            setMade(null);
          }}
        />
        Without what names the patient (PS3.15 basic profile)
      </label>
      {nameless && (
        <fieldset className="report-stay">
          <legend className="field-label">What may stay</legend>
          {mayStay.map(([option, text]) => (
            <label key={option} className="report-check">
              <input
                type="checkbox"
                checked={stay.includes(option)}
                onChange={(event) => {
                  setStay(
                    event.target.checked
                      ? [...stay.filter((other) => !excludes(option, other)), option]
                      : stay.filter((other) => other !== option),
                  );
                  setMade(null);
                }}
              />
              {text}
            </label>
          ))}
          <label className="report-check">
            <input
              type="checkbox"
              checked={images}
              onChange={(event) => {
                setImages(event.target.checked);
                setMade(null);
              }}
            />
            also the DICOM images themselves
          </label>
        </fieldset>
      )}
      <div className="report-acts">
        <Button icon={Download} disabled={make.running} onPress={() => void save()}>
          Export these to a ZIP
        </Button>
        {map && (
          <Button icon={FileKey} onPress={() => void native.saveAsset(map.assetId, map.name)}>
            Table of identifiers
          </Button>
        )}
      </div>
      {map && (
        <p className="field-note">
          The table leads from the new identifiers back to the old ones: it is not in the ZIP, and
          does not belong beside it.
        </p>
      )}
      {make.error && <Trouble error={make.error} onClose={make.clear} />}
      {made && made.warnings.length > 0 && (
        <ul className="report-out" role="status" aria-label="Before you share it">
          {made.warnings.map((warning) => (
            <li key={warning} data-kind="missing">
              {warning}
            </li>
          ))}
        </ul>
      )}
      <SendTo key={JSON.stringify(about)} about={about} made={made} onMade={setMade} />
    </section>
  );
}
