/** Long work: what runs, how long it will take, and what can be cancelled or taken up again. */
import {
  CircleAlert,
  CircleCheck,
  CirclePause,
  CircleX,
  LoaderCircle,
  Pause,
  Play,
  RotateCcw,
} from "lucide-react";
import { useState } from "react";
import type { Job } from "../../../electron/api/schemas/audit.ts";
import { Button } from "../../ui/button.tsx";
import { Bar, Trouble } from "../../ui/feedback.tsx";
import { ago, duration } from "../../ui/time.ts";
import { useCall, useChange } from "../../use-call.ts";

const looks = {
  running: { icon: LoaderCircle, text: "Running" },
  paused: { icon: CirclePause, text: "Paused" },
  done: { icon: CircleCheck, text: "Done" },
  failed: { icon: CircleAlert, text: "Failed" },
  cancelled: { icon: CircleX, text: "Cancelled" },
  interrupted: { icon: CirclePause, text: "Interrupted" },
} as const;

const names: Record<string, string> = {
  "review.import": "Import of references",
  "extraction.attach": "Attaching papers",
  "extraction.suggest": "Extraction from papers",
  "extraction.fetchRegistry": "Registry record",
  "search.run": "Search and import",
  "imaging.open": "Opening images",
  "imaging.ask": "Expert call on an image",
  "library.index": "Building the library",
  "library.ask": "Question to the library",
  "models.bench": "Measuring a model",
  "models.add": "Adding a model",
  "extraction.recognise": "Reading a scan",
  "imaging.attach": "Attaching to a study",
  "imaging.heatMap": "Heat map",
  "imaging.runChannels": "Expert call on several series",
  "pacs.fetch": "Fetching a study",
  "pacs.send": "Sending to an archive",
};

const shownFinished = 5;

export function JobList() {
  const jobs = useCall("jobs.list", {});
  const cancel = useChange("jobs.cancel");
  const pause = useChange("jobs.pause");
  const resume = useChange("jobs.resume");
  const clear = useChange("jobs.clear");
  const [all, setAll] = useState(false);
  const every = jobs.value ?? [];
  const list = all
    ? every
    : every.filter(
        (job, index) =>
          ["running", "paused", "interrupted"].includes(job.state) || index < shownFinished,
      );
  const error = cancel.error ?? pause.error ?? resume.error ?? jobs.error;
  return (
    <section className="activity-part" aria-labelledby="jobs-heading">
      <div className="activity-head">
        <h2 id="jobs-heading">Work</h2>
        {list.some(({ state }) => state !== "running") && (
          <Button kind="quiet" onPress={() => void clear.run({})}>
            Clear what is finished
          </Button>
        )}
      </div>
      {error && <Trouble error={error} />}
      {jobs.value?.length === 0 && (
        <p className="field-note">
          Nothing runs. Imports, extraction and model runs show here with their time left.
        </p>
      )}
      <ul className="job-list">
        {list.map((job) => (
          <JobRow
            key={job.id}
            job={job}
            onCancel={() => void cancel.run({ id: job.id })}
            onPause={(paused) => void pause.run({ id: job.id, paused })}
            onResume={() => void resume.run({ id: job.id })}
          />
        ))}
      </ul>
      {every.length > list.length && (
        <Button kind="quiet" onPress={() => setAll(true)}>
          Show {every.length - list.length} older
        </Button>
      )}
    </section>
  );
}

function JobRow({
  job,
  onCancel,
  onPause,
  onResume,
}: {
  job: Job;
  onCancel: () => void;
  onPause: (paused: boolean) => void;
  onResume: () => void;
}) {
  const { icon: Icon, text } = looks[job.state];
  const running = job.state === "running";
  const isOpen = running || job.state === "paused";
  return (
    <li className="job">
      <Icon size={16} className={running ? "turning" : ""} aria-label={text} role="img" />
      <div>
        <p>{names[job.call] ?? job.call}</p>
        <p className="field-note numbers">
          {text}, started {ago(job.startedAt)}
          {job.total > 0 && ` · ${job.done.toLocaleString()} of ${job.total.toLocaleString()}`}
          {running && job.label !== "" && ` · ${job.label}`}
          {running && job.etaSeconds !== null && ` · about ${duration(job.etaSeconds)} left`}
        </p>
        {job.error && <p className="job-error">{job.error}</p>}
        {isOpen && <Bar part={job.total > 0 ? job.done / job.total : 0} label={job.label} />}
      </div>
      {isOpen && (
        <span className="job-acts">
          {job.pausable && (
            <Button icon={running ? Pause : Play} onPress={() => onPause(running)}>
              {running ? "Pause" : "Go on"}
            </Button>
          )}
          <Button onPress={onCancel}>Cancel</Button>
        </span>
      )}
      {job.state === "interrupted" && (
        <Button icon={RotateCcw} onPress={onResume}>
          Go on
        </Button>
      )}
    </li>
  );
}
