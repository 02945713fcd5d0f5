/** Long work: what runs, how long it will take, and what can be cancelled or taken up again. */
import {
  CircleAlert,
  CircleCheck,
  CirclePause,
  CircleX,
  LoaderCircle,
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
};

const shownFinished = 5;

export function JobList() {
  const jobs = useCall("jobs.list", {});
  const cancel = useChange("jobs.cancel");
  const resume = useChange("jobs.resume");
  const clear = useChange("jobs.clear");
  const [all, setAll] = useState(false);
  const every = jobs.value ?? [];
  const list = all
    ? every
    : every.filter(
        (job, index) =>
          job.state === "running" || job.state === "interrupted" || index < shownFinished,
      );
  const error = cancel.error ?? resume.error ?? jobs.error;
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
  onResume,
}: {
  job: Job;
  onCancel: () => void;
  onResume: () => void;
}) {
  const { icon: Icon, text } = looks[job.state];
  const running = job.state === "running";
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
        {running && <Bar part={job.total > 0 ? job.done / job.total : 0} label={job.label} />}
      </div>
      {running && <Button onPress={onCancel}>Cancel</Button>}
      {job.state === "interrupted" && (
        <Button icon={RotateCcw} onPress={onResume}>
          Go on
        </Button>
      )}
    </li>
  );
}
