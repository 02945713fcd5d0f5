/** Work on one label map: keys, overlay, saving and the decision on what an expert proposed. */
import { useEffect, useState } from "react";
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import { call, putAsset } from "../../../call.ts";
import { useShortcuts } from "../../../frame/shortcuts.ts";
import { toast } from "../../../ui/toast.tsx";
import { asError, invalidate } from "../../../use-call.ts";
import { drawingModes, type Mode } from "../look/cornerstone.ts";
import { labelsJoined, labelsParted, layLabels, type Overlay } from "../look/overlay.ts";
import type { Look } from "../look/use-look.ts";
import { SegmentPanel } from "./panel.tsx";
import type { Source } from "./sources.ts";
import { brushMode, type BrushSettings } from "./tools.tsx";
import { usePreview } from "./use-preview.ts";
import { gridOf, setBrush, useSegments } from "./use-segments.ts";
import { useWhole } from "../look/use-whole.ts";
import { fillBetween } from "./voxels.ts";

type WorkProps = {
  study: Study;
  series: Series;
  look: Look;
  sources: readonly Source[];
  source: Source;
  onSource: (id: string) => void;
  onDecide: (suggestionId: string, action: "accept" | "reject" | "withdraw") => void;
};

export function SegmentWork({
  study,
  series,
  look,
  sources,
  source,
  onSource,
  onDecide,
}: WorkProps) {
  const { stage } = look;
  const hung = stage?.hung.find((one) => one.shown.series.id === series.id)?.shown ?? null;
  // What is measured on half a series would be wrong.
  const shown = useWhole(hung);
  const segments = useSegments(series, source, shown);
  const [overlay, setOverlay] = useState<Overlay>({ visible: true, opacity: 0.35, outline: true });
  const [raw, setRaw] = useState(false);
  const { mask: rawId = null } = (source.suggestion?.value ?? {}) as { mask?: string };
  usePreview(stage, series, { maskId: raw ? rawId : null, labels: segments.segments, fill: 0 });
  const { window } = series;
  const [brush, changeBrush] = useState<BrushSettings>({
    radius: 12,
    deep: false,
    range: [window.centre - window.width / 2, window.centre + window.width / 2],
  });

  const list = segments.segments;
  const { hidden } = segments.view;
  useEffect(() => {
    if (!stage) return;
    const labels = list.map(({ id, color }) => ({ id, color, hidden: hidden.has(id) }));
    return layLabels(stage, series, overlay, labels);
  }, [stage, overlay, list, hidden, series]);
  const draws = drawingModes.has(look.mode);
  useEffect(() => {
    if (!stage || !draws) return;
    labelsJoined(stage, series.id).catch((thrown: unknown) => toast(asError(thrown).message));
    return () => labelsParted(stage, series.id);
  }, [stage, draws, series.id]);
  useEffect(() => setBrush(brush.radius, brush.range), [brush, stage]);

  function pick(mode: Mode): void {
    if (list.length === 0)
      return toast("Add a segment first (A), or ask an expert for an outline.");
    if (segments.isLocked) return toast("This segment is locked.");
    if (look.slabMm > 0)
      return toast("A slab shows many slices at once; choose one slice to draw.");
    if (stage)
      labelsJoined(stage, series.id).then(
        () => look.pick(mode),
        (thrown: unknown) => toast(asError(thrown).message),
      );
  }
  function setBrushTo(next: BrushSettings): void {
    changeBrush(next);
    const kind = (["paint", "erase", "threshold"] as const).find(
      (one) => look.mode === brushMode(one, brush.deep),
    );
    if (kind && next.deep !== brush.deep) look.pick(brushMode(kind, next.deep));
  }
  async function save(): Promise<void> {
    if (list.length === 0) return;
    try {
      const { mask, seconds } = segments.work();
      const asset = await putAsset(new Blob([mask]), "segments.raw");
      segments.saved(asset.id);
      await call("imaging.saveSegments", {
        studyId: study.id,
        seriesId: series.id,
        ...(source.suggestion ? { suggestionId: source.suggestion.id } : {}),
        mask: asset.id,
        segments: list,
        seconds,
      });
      toast(
        source.suggestion
          ? "Correction saved beside the model's own outline."
          : "Segments saved as your own work.",
      );
    } catch (thrown) {
      segments.notSaved();
      toast(`Not saved: ${asError(thrown).message} The drawing is still here.`);
    }
    invalidate("imaging");
  }
  const { suggestion, decision } = source;
  const decide = (action: "accept" | "reject"): void => {
    if (suggestion === undefined || decision !== undefined) return;
    if (action === "accept" && segments.acts.unsaved)
      return toast("The outline was changed: save the correction, or discard the changes first.");
    onDecide(suggestion.id, action);
  };

  useShortcuts("Segments", [
    { keys: "b", label: "Brush", run: () => pick(brushMode("paint", brush.deep)) },
    { keys: "e", label: "Eraser", run: () => pick(brushMode("erase", brush.deep)) },
    { keys: "t", label: "Threshold brush", run: () => pick(brushMode("threshold", brush.deep)) },
    {
      keys: "shift+b",
      label: "Brush flat or as a ball",
      run: () => setBrushTo({ ...brush, deep: !brush.deep && series.shape[2] > 1 }),
    },
    { keys: "shift+s", label: "Scissors", run: () => pick("scissors") },
    { keys: "u", label: "Fill what is clicked", run: () => pick("fill") },
    {
      keys: "[",
      label: "Smaller brush",
      run: () => changeBrush({ ...brush, radius: Math.max(1, brush.radius - 2) }),
    },
    {
      keys: "]",
      label: "Larger brush",
      run: () => changeBrush({ ...brush, radius: Math.min(200, brush.radius + 2) }),
    },
    {
      keys: "n",
      label: "Fill between drawn slices",
      run: () => segments.run((labels, id) => fillBetween(labels, gridOf(series), id)),
    },
    { keys: "a", label: "Add a segment", run: segments.add },
    { keys: "q", label: "Previous segment", run: () => segments.next(-1) },
    { keys: "w", label: "Next segment", run: () => segments.next(1) },
    {
      keys: "shift+w",
      label: "Next state of the segment",
      run: () => segments.cycle(segments.active),
    },
    {
      keys: "o",
      label: "Overlay on or off",
      run: () => setOverlay((now) => ({ ...now, visible: !now.visible })),
    },
    { keys: "mod+z", label: "Undo", run: segments.undo },
    { keys: ["mod+y", "mod+shift+z"], label: "Redo", run: segments.redo },
    { keys: ["enter", "shift+a"], label: "Accept the outline", run: () => decide("accept") },
    { keys: "s", label: "Save the segments", run: () => void save() },
    { keys: "shift+r", label: "Reject the outline", run: () => decide("reject") },
  ]);

  return (
    <SegmentPanel
      series={series}
      shown={shown}
      sources={sources}
      source={source}
      onSource={onSource}
      segments={segments}
      overlay={overlay}
      onOverlay={setOverlay}
      raw={raw}
      onRaw={setRaw}
      mode={look.mode}
      onPick={pick}
      brush={brush}
      onBrush={setBrushTo}
      onAccept={() => decide("accept")}
      onSave={() => void save()}
      onReject={() => decide("reject")}
      onTakeBack={() => suggestion && onDecide(suggestion.id, "withdraw")}
    />
  );
}
