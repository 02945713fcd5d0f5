/** A model's outline before anybody has decided on it: a layer of its own, to accept, refine or discard. */
import { Check, Pencil, X } from "lucide-react";
import { useState } from "react";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { useShortcuts } from "../../../frame/shortcuts.ts";
import { Button } from "../../../ui/button.tsx";
import type { Mode } from "../look/cornerstone.ts";
import type { Look } from "../look/use-look.ts";
import { Opacity } from "../opacity.tsx";
import { SourceChoice } from "./source-choice.tsx";
import type { Source } from "./sources.ts";
import { brushMode } from "./tools.tsx";
import { usePreview } from "./use-preview.ts";

type PreviewProps = {
  series: Series;
  look: Look;
  sources: readonly Source[];
  source: Source;
  onSource: (id: string) => void;
  onDecide: (action: "accept" | "reject") => void;
  /** Starts work on a copy; with the tool that was picked, if one was. */
  onRefine: (mode?: Mode) => void;
};

type Measured = { id: number; name: string; color: string; share: number; ml?: number };

export function PreviewPanel(props: PreviewProps) {
  const { series, look, source, onDecide, onRefine } = props;
  const [visible, setVisible] = useState(true);
  const [fill, setFill] = useState(0.25);
  const { mask = null, labels = [] } = (source.suggestion?.value ?? {}) as {
    mask?: string;
    labels?: Measured[];
  };
  usePreview(look.stage, series, {
    maskId: visible ? mask : null,
    labels: source.segments,
    fill,
  });
  useShortcuts("Suggested outline", [
    { keys: ["enter", "shift+a"], label: "Accept the outline", run: () => onDecide("accept") },
    { keys: "shift+e", label: "Refine a copy of the outline", run: () => onRefine() },
    { keys: "shift+r", label: "Discard the outline", run: () => onDecide("reject") },
    { keys: "o", label: "Overlay on or off", run: () => setVisible(!visible) },
    { keys: "b", label: "Refine with the brush", run: () => onRefine(brushMode("paint", false)) },
    { keys: "e", label: "Refine with the eraser", run: () => onRefine(brushMode("erase", false)) },
  ]);
  return (
    <section className="finding" aria-label="Suggested outline">
      <header>
        <span className="state" data-state="suggested">
          suggested
        </span>
        <SourceChoice {...props} />
        <span className="finding-by">a layer of its own, not saved work</span>
      </header>
      <ul className="segments">
        {labels.map(({ id, name, color, share, ml }) => (
          <li key={id}>
            <div className="finding-label">
              <i data-label-color ref={(node) => node?.style.setProperty("background", color)} />
              {name}
              <span className="finding-size">
                {ml === undefined
                  ? `${(100 * share).toFixed(2)} % of image`
                  : `${ml.toFixed(ml < 10 ? 2 : 0)} ml`}
              </span>
            </div>
          </li>
        ))}
      </ul>
      <div className="segment-settings">
        <label>
          <input
            type="checkbox"
            checked={visible}
            onChange={(event) => setVisible(event.target.checked)}
          />
          Show
        </label>
        <Opacity value={fill} onChange={setFill} />
      </div>
      <div className="finding-acts">
        <Button kind="primary" icon={Check} shortcut="⏎" onPress={() => onDecide("accept")}>
          Accept
        </Button>
        <Button icon={Pencil} shortcut="⇧ E" onPress={() => onRefine()}>
          Refine
        </Button>
        <Button icon={X} shortcut="⇧ R" onPress={() => onDecide("reject")}>
          Discard
        </Button>
      </div>
    </section>
  );
}
