/** Read: the studies of this desk, opening new ones, and the study in view. */
import { FolderOpen, HardDriveDownload, ScanLine } from "lucide-react";
import { useState } from "react";
import { go } from "../../frame/route.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { DropArea } from "../../ui/drop-area.tsx";
import { Empty, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { useCall } from "../../use-call.ts";
import { ReadFirstSwitch } from "./first/read-first-switch.tsx";
import { Glance } from "./opening/glance.tsx";
import { useOpening } from "./opening/use-opening.ts";
import { ArchivePanel } from "./pacs/archive-panel.tsx";
import { StudyView } from "./study-view.tsx";
import "./read.css";

export function ReadPage({ studyId }: { studyId: string | null }) {
  return studyId === null ? <Studies /> : <OpenStudy studyId={studyId} />;
}

function OpenStudy({ studyId }: { studyId: string }) {
  const { value, error } = useCall("imaging.get", { studyId });
  if (error) return <Trouble error={error} />;
  return value === undefined ? <Skeleton /> : <StudyView key={studyId} study={value} />;
}

function Studies() {
  const { value, error } = useCall("imaging.studies", {});
  const { progress, glance, answer, failure, open, openFrom, clear } = useOpening();
  const rejected = answer?.rejected ?? [];
  const opened = answer?.study ?? null;
  const [archive, setArchive] = useState(false);

  const choose = (folder: boolean): void =>
    void native
      .chooseFiles({ accept: "", multiple: true, folder })
      .then((files) => (files.length > 0 ? open(files) : undefined));

  return (
    <DropArea
      className="studies"
      text="Drop images, a DICOM folder or a ZIP to open them"
      onFiles={(files) => void open(files)}
    >
      <header className="studies-head">
        <h1>Image studies</h1>
        <Button icon={HardDriveDownload} onPress={() => setArchive(!archive)}>
          From a PACS
        </Button>
        <Button icon={FolderOpen} onPress={() => choose(true)}>
          Open folder
        </Button>
        <Button kind="primary" icon={ScanLine} onPress={() => choose(false)}>
          Open images
        </Button>
      </header>
      <p className="read-banner" role="note">
        Research use only – not for diagnosis
      </p>
      <ReadFirstSwitch />
      {archive && (
        <ArchivePanel
          onFetched={(files, name) => void openFrom(name, async () => files)}
          onClose={() => setArchive(false)}
        />
      )}
      {progress && <p aria-live="polite">{progress}…</p>}
      {glance && <Glance series={glance} />}
      {failure && (
        <Trouble
          error={failure}
          kept="Studies that were open before are untouched."
          onClose={clear}
        />
      )}
      {rejected.length > 0 && (
        <div className="card card-body studies-refused" role="alert">
          <p>
            {rejected.length} {rejected.length === 1 ? "file was" : "files were"} not opened
            {opened ? "; everything else was." : "."}
          </p>
          <ul>
            {rejected.slice(0, 20).map((one) => (
              <li key={one.file}>{one.reason}</li>
            ))}
            {rejected.length > 20 && <li>and {rejected.length - 20} more</li>}
          </ul>
          {opened && (
            <Button
              icon={ScanLine}
              onPress={() => go({ page: "read", studyId: opened.id })}
            >{`Read ${opened.name}`}</Button>
          )}
        </div>
      )}
      {error && <Trouble error={error} />}
      {value === undefined && !error && <Skeleton />}
      {value?.length === 0 && (
        <Empty icon={ScanLine} action={<Button onPress={() => choose(false)}>Open images</Button>}>
          Open a radiograph, a DICOM series or a NIfTI volume; drop files anywhere here.
        </Empty>
      )}
      {value && value.length > 0 && (
        <ul className="studies-list">
          {value.map((study) => (
            <li key={study.id}>
              <button type="button" onClick={() => go({ page: "read", studyId: study.id })}>
                <strong>{study.name}</strong>
                <span>
                  {study.modalities
                    .map((modality) => (modality === "unknown" ? "image" : modality))
                    .join(", ")}
                </span>
                <span>{study.series} series</span>
                <span>{study.undecided > 0 ? `${study.undecided} undecided` : ""}</span>
                <time dateTime={study.at}>{new Date(study.at).toLocaleDateString()}</time>
              </button>
            </li>
          ))}
        </ul>
      )}
    </DropArea>
  );
}
