/** A label map in the side panel: whose it is, its segments with live figures, the tools, and the decision. */
import { Check, Plus, Save, Undo2, X } from "lucide-react";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { Button } from "../../../ui/button.tsx";
import type { Mode } from "../look/cornerstone.ts";
import type { Overlay } from "../look/overlay.ts";
import { hasSizes, isCt, type ShownSeries } from "../look/shown-series.ts";
import { Opacity } from "../opacity.tsx";
import { stateOf } from "../use-study.ts";
import { WhyExpert } from "../why-expert.tsx";
import { SegmentRow } from "./segment-row.tsx";
import { SourceChoice } from "./source-choice.tsx";
import type { Source } from "./sources.ts";
import { SegmentTools, type BrushSettings } from "./tools.tsx";
import type { Segments } from "./use-segments.ts";

type PanelProps = {
  series: Series;
  shown: ShownSeries | null;
  sources: readonly Source[];
  source: Source;
  onSource: (id: string) => void;
  segments: Segments;
  overlay: Overlay;
  onOverlay: (overlay: Overlay) => void;
  /** Whether the model's own outline lies over the work. */
  raw: boolean;
  onRaw: (shown: boolean) => void;
  mode: Mode;
  onPick: (mode: Mode) => void;
  brush: BrushSettings;
  onBrush: (brush: BrushSettings) => void;
  onAccept: () => void;
  onSave: () => void;
  onReject: () => void;
  onTakeBack: () => void;
};

export function SegmentPanel(props: PanelProps) {
  const { series, source, segments, overlay, onOverlay } = props;
  const { suggestion, decision } = source;
  return (
    <section className="finding" aria-label="Segments">
      <header>
        {(suggestion || decision) && (
          <span className="state" data-state={suggestion ? stateOf(decision) : "accepted"}>
            {suggestion ? stateOf(decision) : "drawn"}
          </span>
        )}
        <SourceChoice {...props} />
        <span className="finding-by">
          {decision ? `by ${decision.reviewer}` : suggestion ? "a suggestion" : ""}
        </span>
        {segments.acts.unsaved && <span className="finding-unsaved">not saved</span>}
      </header>
      <WhyExpert suggestion={suggestion} />
      {segments.segments.length > 0 && (
        <ul className="segments">
          {segments.segments.map((segment) => (
            <SegmentRow
              key={segment.id}
              segment={segment}
              segments={segments}
              statistics={segments.statistics.get(segment.id)}
              size={{
                total: series.shape[0] * series.shape[1] * series.shape[2],
                unit: isCt(series) ? "HU" : "",
                length: hasSizes(series) ? "mm" : "px",
              }}
            />
          ))}
        </ul>
      )}
      <div className="finding-acts">
        <Button kind="quiet" icon={Plus} shortcut="A" onPress={segments.add}>
          Add segment
        </Button>
      </div>
      {segments.segments.length > 0 && (
        <>
          <SegmentTools {...props} />
          <div className="segment-settings">
            <label>
              <input
                type="checkbox"
                checked={overlay.visible}
                onChange={(event) => onOverlay({ ...overlay, visible: event.target.checked })}
              />
              Show
            </label>
            <label>
              <input
                type="checkbox"
                checked={overlay.outline}
                onChange={(event) => onOverlay({ ...overlay, outline: event.target.checked })}
              />
              Outline
            </label>
            {suggestion && (
              <label>
                <input
                  type="checkbox"
                  checked={props.raw}
                  onChange={(event) => props.onRaw(event.target.checked)}
                />
                Model's own, dashed
              </label>
            )}
            <Opacity
              value={overlay.opacity}
              onChange={(opacity) => onOverlay({ ...overlay, opacity })}
            />
          </div>
          <div className="finding-acts">{actsOf(props)}</div>
        </>
      )}
    </section>
  );
}

/** A proposal is accepted as it is, refined and saved, or rejected; saving never touches what the model said. */
function actsOf({ source, segments, onAccept, onSave, onReject, onTakeBack }: PanelProps) {
  const { suggestion, decision } = source;
  const save = (
    <Button icon={Save} shortcut="S" disabled={!segments.acts.unsaved} onPress={onSave}>
      {suggestion ? "Save correction" : "Save segments"}
    </Button>
  );
  return (
    <>
      {suggestion && !decision && !segments.acts.unsaved && (
        <Button kind="primary" icon={Check} shortcut="⏎" onPress={onAccept}>
          Accept
        </Button>
      )}
      {save}
      {segments.acts.unsaved && (
        <Button icon={Undo2} onPress={() => void segments.discard()}>
          Discard changes
        </Button>
      )}
      {suggestion && !decision && (
        <Button icon={X} shortcut="⇧ R" onPress={onReject}>
          Reject
        </Button>
      )}
      {suggestion && decision && (
        <Button icon={Undo2} onPress={onTakeBack}>
          Take the decision back
        </Button>
      )}
    </>
  );
}
