/** A study open for reading: series left, image in the middle, conversation, finding and decision right. */
import {
  Brush,
  Check,
  Download,
  Eraser,
  Eye,
  EyeOff,
  Redo2,
  Ruler,
  SunMoon,
  Undo2,
  X,
} from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Series, Study } from "../../../electron/api/schemas/imaging.ts";
import { call } from "../../call.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { native } from "../../native.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { toast } from "../../ui/toast.tsx";
import { Conversation } from "./conversation.tsx";
import { redoStroke, setBrushSize, setMode, undoStroke, type Mode } from "./cornerstone.ts";
import { presetsOf } from "./presets.ts";
import { hasSizes, readMask, writeMask, type ShownSeries } from "./shown-series.ts";
import {
  labelsOf,
  latestOn,
  loadMask,
  maskIdOf,
  secondsSince,
  segmentValue,
  useReading,
} from "./use-study.ts";
import { labelsChanged, Viewer, type Window } from "./viewer.tsx";

export function StudyView({ study }: { study: Study }) {
  const [seriesId, setSeriesId] = useState(study.images[0]?.id ?? "");
  const series = study.images.find((image) => image.id === seriesId) ?? study.images[0];
  if (series === undefined) return <p className="read-empty">This study holds no image.</p>;
  return (
    <div className="read">
      <nav className="read-series" aria-label="Series">
        {study.images.map((image) => (
          <button
            key={image.id}
            type="button"
            aria-current={image.id === series.id}
            onClick={() => setSeriesId(image.id)}
          >
            <strong>{image.name}</strong>
            <span>
              {image.modality === "unknown" ? image.format : image.modality} · {image.shape[0]} ×{" "}
              {image.shape[1]}
              {image.shape[2] > 1 ? ` × ${image.shape[2]}` : ""}
            </span>
            <SeriesMark study={study} series={image} />
          </button>
        ))}
      </nav>
      <Reading key={series.id} study={study} series={series} />
    </div>
  );
}

function SeriesMark({ study, series }: { study: Study; series: Series }) {
  const { suggestion, decision } = latestOn(study, series);
  if (suggestion === undefined) return null;
  const state =
    decision === undefined
      ? "suggested"
      : decision.action === "accept"
        ? "accepted"
        : decision.action === "correct"
          ? "corrected"
          : "rejected";
  return (
    <span className="state" data-state={state}>
      {state}
    </span>
  );
}

function Reading({ study, series }: { study: Study; series: Series }) {
  const reading = useReading(study, series);
  const presets = presetsOf(series);
  const [window, setWindow] = useState<Window>(series.window);
  const [mode, chooseMode] = useState<Mode>("window");
  const [planes, setPlanes] = useState<"one" | "three">("one");
  const [overlay, setOverlay] = useState(true);
  const [opacity, setOpacity] = useState(0.35);
  const [brush, setBrush] = useState(12);
  const [shown, setShown] = useState<ShownSeries | null>(null);
  const since = useRef(0);
  const { suggestion, decision } = latestOn(study, series);
  const value = segmentValue(suggestion);
  const labels = labelsOf(study, series);
  const maskId = maskIdOf(study, series);
  const isVolume = series.shape[2] > 1;
  const canMeasure = !isVolume || hasSizes(series);

  const pick = (next: Mode): void => {
    if ((next === "paint" || next === "erase") && value === null) return;
    // A volume of unknown size would be measured in millimetres that nobody knows.
    if (next === "length" && !canMeasure)
      return toast("The file does not say how large a voxel is, so nothing is measured on it.");
    setMode(next);
    chooseMode(next);
  };
  useEffect(() => setBrushSize(brush), [brush, shown]);
  useEffect(() => () => setMode("window"), []);

  // The stored mask (the model's, or the corrected one) is what the label map shows.
  useEffect(() => {
    if (shown === null) return;
    let stale = false;
    const empty = new Uint8Array(series.shape[0] * series.shape[1] * series.shape[2]);
    void (maskId === null ? Promise.resolve(empty) : loadMask(maskId)).then((mask) => {
      if (stale) return;
      writeMask(shown, mask);
      labelsChanged(shown);
      since.current = Date.now();
    });
    return () => {
      stale = true;
    };
  }, [shown, maskId, series]);

  const correct = (): void => {
    if (shown === null || suggestion === undefined) return;
    void reading.correct(suggestion.id, readMask(shown), secondsSince(since.current));
    pick("window");
  };
  const accept = (): void => {
    if (suggestion && decision === undefined) void reading.decide(suggestion.id, "accept");
  };
  const reject = (): void => {
    if (suggestion && decision === undefined) void reading.decide(suggestion.id, "reject");
  };
  const save = async (): Promise<void> => {
    const { files } = await call("imaging.export", { studyId: study.id });
    const bundle = files.find((file) => file.name.endsWith(".zip"));
    if (bundle) await native.saveAsset(bundle.assetId, bundle.name);
  };
  const onReady = useCallback((ready: ShownSeries) => setShown(ready), []);

  useShortcuts("Image", [
    ...presets.map((preset) => ({
      keys: preset.key,
      label: `Window: ${preset.name}`,
      run: () => setWindow({ centre: preset.centre, width: preset.width }),
    })),
    { keys: "w", label: "Mouse sets window and level", run: () => pick("window") },
    { keys: "b", label: "Brush", run: () => pick("paint") },
    { keys: "e", label: "Eraser", run: () => pick("erase") },
    { keys: "l", label: "Length", run: () => pick("length") },
    { keys: "[", label: "Smaller brush", run: () => setBrush((now) => Math.max(2, now - 2)) },
    { keys: "]", label: "Larger brush", run: () => setBrush((now) => Math.min(60, now + 2)) },
    { keys: "o", label: "Overlay on or off", run: () => setOverlay((now) => !now) },
    { keys: "mod+z", label: "Undo stroke", run: undoStroke },
    { keys: ["mod+y", "mod+shift+z"], label: "Redo stroke", run: redoStroke },
    { keys: "a", label: "Accept the outline", run: accept },
    { keys: "s", label: "Save the correction", run: correct },
    { keys: "r", label: "Reject the outline", run: reject },
    {
      keys: "/",
      label: "Ask about this image",
      run: () => document.querySelector<HTMLInputElement>("[data-ask]")?.focus(),
    },
  ]);

  return (
    <>
      <div className="read-stage">
        <p className="read-banner" role="note">
          Research use only – not for diagnosis
        </p>
        <div className="read-tools" role="toolbar" aria-label="Image tools">
          <IconButton
            label="Window and level"
            icon={SunMoon}
            shortcut="W"
            pressed={mode === "window"}
            onPress={() => pick("window")}
          />
          <IconButton
            label="Length"
            icon={Ruler}
            shortcut="L"
            pressed={mode === "length"}
            onPress={() => pick("length")}
          />
          <IconButton
            label="Brush"
            icon={Brush}
            shortcut="B"
            pressed={mode === "paint"}
            disabled={value === null}
            onPress={() => pick("paint")}
          />
          <IconButton
            label="Eraser"
            icon={Eraser}
            shortcut="E"
            pressed={mode === "erase"}
            disabled={value === null}
            onPress={() => pick("erase")}
          />
          <IconButton label="Undo stroke" icon={Undo2} shortcut="Ctrl Z" onPress={undoStroke} />
          <IconButton label="Redo stroke" icon={Redo2} shortcut="Ctrl Y" onPress={redoStroke} />
          <span className="read-presets">
            {presets.map((preset) => (
              <Button
                key={preset.key}
                kind="quiet"
                shortcut={preset.key}
                onPress={() => setWindow({ centre: preset.centre, width: preset.width })}
              >
                {preset.name}
              </Button>
            ))}
          </span>
          {isVolume && (
            <Segmented
              label="Planes"
              options={[
                { id: "one", text: "One" },
                { id: "three", text: "Three planes" },
              ]}
              value={planes}
              onChange={setPlanes}
            />
          )}
        </div>
        <Viewer
          series={series}
          window={window}
          planes={planes}
          opacity={opacity}
          overlay={overlay}
          labels={labels}
          onReady={onReady}
        />
        {series.warnings.length > 0 && <p className="read-warning">{series.warnings.join(" ")}</p>}
      </div>
      <aside className="read-side">
        {reading.error && (
          <Trouble
            error={reading.error}
            kept="The study and all decisions are as they were."
            onClose={reading.clearError}
          />
        )}
        <Conversation
          turns={study.turns.filter((turn) => turn.seriesId === series.id)}
          offers={
            series.modality === "MR"
              ? []
              : isVolume
                ? ["outline the lungs", "outline the bone"]
                : ["outline the lungs"]
          }
          busy={reading.busy}
          onAsk={(text) => void reading.ask(text)}
          onCancel={reading.cancel}
        />
        {value && suggestion && (
          <section className="finding" aria-label="Suggested outline">
            <header>
              <span
                className="state"
                data-state={
                  decision === undefined
                    ? "suggested"
                    : decision.action === "accept"
                      ? "accepted"
                      : decision.action === "correct"
                        ? "corrected"
                        : "rejected"
                }
              >
                {decision === undefined
                  ? "suggested"
                  : decision.action === "accept"
                    ? "accepted"
                    : decision.action === "correct"
                      ? "corrected"
                      : "rejected"}
              </span>
              <span className="finding-by">
                {decision
                  ? `by ${decision.reviewer}`
                  : `by ${suggestion.model} ${suggestion.modelVersion}`}
              </span>
            </header>
            {labels.map((label) => (
              <div className="finding-label" key={label.id}>
                <i
                  data-label-color
                  ref={(node) => node?.style.setProperty("background", label.color)}
                />
                <span>{label.name}</span>
                <span className="finding-size">
                  {label.ml === undefined
                    ? `${(label.share * 100).toFixed(1)} % of image`
                    : `${label.ml.toFixed(0)} ml`}
                </span>
                <IconButton
                  label={overlay ? "Hide overlay" : "Show overlay"}
                  icon={overlay ? Eye : EyeOff}
                  shortcut="O"
                  onPress={() => setOverlay((now) => !now)}
                />
              </div>
            ))}
            <label className="finding-opacity">
              Opacity
              <input
                type="range"
                min={0}
                max={1}
                step={0.05}
                value={opacity}
                onChange={(event) => setOpacity(Number(event.target.value))}
              />
            </label>
            <div className="finding-acts">
              {decision === undefined ? (
                <>
                  <Button kind="primary" icon={Check} shortcut="A" onPress={accept}>
                    Accept
                  </Button>
                  <Button icon={Brush} shortcut="S" onPress={correct}>
                    Save correction
                  </Button>
                  <Button icon={X} shortcut="R" onPress={reject}>
                    Reject
                  </Button>
                </>
              ) : (
                <Button icon={Undo2} onPress={() => void reading.decide(suggestion.id, "withdraw")}>
                  Take the decision back
                </Button>
              )}
            </div>
          </section>
        )}
        <div className="read-export">
          <Button icon={Download} onPress={() => void save()}>
            Export masks and report
          </Button>
        </div>
      </aside>
    </>
  );
}
