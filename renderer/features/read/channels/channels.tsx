/** Experts that read several sequences at once: which series is which, checked against what the descriptions say. */
import { Layers3, Play, X } from "lucide-react";
import { useState } from "react";
import type { Channel, ExpertChannels } from "../../../../electron/api/schemas/channels.ts";
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import { sequenceOfChannel } from "../../../../electron/api/sequences.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Progress, Trouble } from "../../../ui/feedback.tsx";
import { toast } from "../../../ui/toast.tsx";
import { useCall, useChange } from "../../../use-call.ts";
import type { useSequences } from "../sequence-choice.tsx";
import "./channels.css";

type ChannelsProps = {
  study: Study;
  /** Which series stands for which sequence: what is chosen here is what the planner is shown, and the other way round. */
  together: ReturnType<typeof useSequences>;
  onSeries: (seriesId: string) => void;
};

/** Nothing where no installed expert reads several sequences, or the study has no two volumes. */
export function Channels({ study, together, onSeries }: ChannelsProps) {
  const several = study.images.filter(({ shape }) => shape[2] > 1).length > 1;
  const experts = useCall("imaging.channelExperts", several ? { studyId: study.id } : null).value;
  const [open, setOpen] = useState<ExpertChannels | null>(null);
  if (!experts || experts.length === 0) return null;
  if (open)
    return (
      <Assignment
        key={open.packId}
        study={study}
        expert={open}
        together={together}
        onSeries={onSeries}
        onClose={() => setOpen(null)}
      />
    );
  return (
    <div className="channels-offers">
      {experts.map((expert) => (
        <Button key={expert.packId} icon={Layers3} onPress={() => setOpen(expert)}>
          {expert.title}: {expert.channels.map(({ name }) => name).join(", ")}
        </Button>
      ))}
    </div>
  );
}

type AssignmentProps = ChannelsProps & { expert: ExpertChannels; onClose: () => void };

function Assignment({ study, expert, together, onSeries, onClose }: AssignmentProps) {
  const [seriesIds, setSeriesIds] = useState(
    expert.channels.map(({ name, seriesId }) => {
      const sequence = sequenceOfChannel(name);
      return (sequence && together.taken[sequence]) ?? seriesId;
    }),
  );
  const [sure, setSure] = useState(false);
  const chosen = { studyId: study.id, packId: expert.packId, seriesIds };
  const { channels, problems } = useCall("imaging.checkChannels", chosen).value ?? expert;
  const run = useChange("imaging.runChannels");
  const doubtful = channels.some(({ check }) => check === "contradicts" || check === "unknown");
  const volumes = study.images.filter(({ shape, channels: count }) => shape[2] > 1 && count === 1);

  function choose(at: number, seriesId: string | null): void {
    const next = seriesIds.with(at, seriesId);
    setSeriesIds(next);
    together.take(
      expert.channels.flatMap(({ name }, index) => {
        const [sequence, id] = [sequenceOfChannel(name), next[index]];
        return sequence && id ? [[sequence, id] as const] : [];
      }),
    );
    setSure(false);
  }
  async function start(): Promise<void> {
    const done = await run.run({ ...chosen, confirmed: sure });
    if (done === undefined) return;
    toast(`${expert.title} has suggested an outline.`);
    onClose();
    if (seriesIds[0]) onSeries(seriesIds[0]);
  }
  return (
    <section
      className="channels"
      aria-label="Which series is which sequence"
      onKeyDown={(event) => event.key === "Escape" && !run.running && onClose()}
    >
      <header>
        <strong>{expert.title}</strong>
        <IconButton label="Close the sequences" icon={X} onPress={onClose} disabled={run.running} />
      </header>
      {channels.map((channel, at) => (
        <label key={channel.name} className="channels-row">
          <span>{channel.name}</span>
          <select
            className="input"
            aria-label={`Series for ${channel.name}`}
            autoFocus={at === 0}
            disabled={run.running}
            value={seriesIds[at] ?? ""}
            onChange={(event) => choose(at, event.target.value || null)}
          >
            <option value="">choose a series</option>
            {volumes.map((one) => (
              <option key={one.id} value={one.id}>
                {nameOf(one)}
              </option>
            ))}
          </select>
          <span className="channels-check" data-check={channel.check}>
            {checkText(channel)}
          </span>
        </label>
      ))}
      {problems.map((problem) => (
        <p key={problem} className="channels-problem" role="alert">
          {problem}
        </p>
      ))}
      {doubtful && problems.length === 0 && (
        <label className="report-check">
          <input
            type="checkbox"
            checked={sure}
            onChange={(event) => setSure(event.target.checked)}
          />
          I looked: each series is what I chose it for
        </label>
      )}
      {run.running ? (
        <Progress event={run.event} onCancel={run.cancel} />
      ) : (
        <Button
          kind="primary"
          icon={Play}
          disabled={problems.length > 0 || (doubtful && !sure)}
          onPress={() => void start()}
        >
          Outline
        </Button>
      )}
      {run.error && <Trouble error={run.error} kept="Nothing was suggested." onClose={run.clear} />}
    </section>
  );
}

const nameOf = ({ name, header }: Series): string =>
  header?.description ? `${header.description} (${name})` : name;

function checkText({ check, said, name }: Channel): string {
  if (check === "fits") return `✓ its description says ${said ?? name}`;
  if (check === "contradicts") return `⚠ its description says ${said ?? ""}, not ${name}`;
  return check === "unknown" ? "? its description does not say" : "– no series";
}
