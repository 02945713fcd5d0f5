/** One series being read: image in the middle; conversation, segments and measurements, or the report, on the right. */
import { FileText } from "lucide-react";
import { useState } from "react";
import { flushSync } from "react-dom";
import type { Series, Study } from "../../../electron/api/schemas/imaging.ts";
import { call } from "../../call.ts";
import { useRemembered } from "../../frame/remembered.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { toast } from "../../ui/toast.tsx";
import { asError, useCall } from "../../use-call.ts";
import { Channels } from "./channels/channels.tsx";
import { Classified } from "./classify/classified.tsx";
import { Conversation } from "./conversation.tsx";
import { CommitImpression, ImpressionLine } from "./first/impression.tsx";
import { LooksLike } from "./looks-like.tsx";
import { lookKeys } from "./look/keys.ts";
import { LayoutBar } from "./look/layout-bar.tsx";
import { isVolume } from "./look/layouts.ts";
import { sliceAsStored } from "./look/pane-acts.ts";
import { worldOf } from "./look/planes.ts";
import { ToolBar } from "./look/tool-bar.tsx";
import { useLook } from "./look/use-look.ts";
import { Viewer } from "./look/viewer.tsx";
import { pointsOf } from "./measure/annotations.ts";
import { MeasurementList } from "./measure/measurement-list.tsx";
import { useMeasurements } from "./measure/use-measurements.ts";
import { ReportPanel } from "./report/report-panel.tsx";
import { PreviewPanel } from "./segment/preview-panel.tsx";
import { sourcesOf } from "./segment/sources.ts";
import { SlideView } from "./slide/slide-view.tsx";
import { hasDraft } from "./segment/use-segments.ts";
import { SegmentWork } from "./segment/work.tsx";
import { SequenceChoice, useSequences } from "./sequence-choice.tsx";
import { useReading } from "./use-study.ts";

/** The image and its tools alone; Escape or the same key leads back. */
function fullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.querySelector(".read-stage")?.requestFullscreen();
}

type ReadingProps = { study: Study; series: Series; onSeries: (seriesId: string) => void };

export function Reading({ study, series, onSeries }: ReadingProps) {
  const reading = useReading(study, series);
  const look = useLook(study, series);
  const measurements = useMeasurements(study.id, look.stage);
  const [contrast, setContrast] = useRemembered("read.contrast", false);
  const sources = sourcesOf(study, series);
  const offers = useCall("imaging.offers", { studyId: study.id, seriesId: series.id }).value ?? [];
  const together = useSequences(study, series);
  const [tab, setTab] = useRemembered<"talk" | "report">("read.side", "talk");
  const [chosen, choose] = useState("");
  // A slide is looked at by its tiles; experts and drawing tools work on the overview.
  const [bySlide, showSlide] = useState(series.slide !== undefined);
  const turns = study.turns.filter((turn) => turn.seriesId === series.id);
  const proposals = sources.filter(({ suggestion }) => suggestion !== undefined);
  // The newest proposal comes into view by itself; the reader's own map is one choice away.
  const source =
    sources.find(({ id }) => id === chosen) ?? proposals.at(-1) ?? sources[sources.length - 1];
  // What nobody has decided on is a preview until the reader begins to work on a copy of it.
  const [refined, setRefined] = useState<ReadonlySet<string>>(new Set());
  const isPreview =
    source?.suggestion !== undefined &&
    source.decision === undefined &&
    !refined.has(source.id) &&
    !hasDraft(series.id, source.id);

  const exportTraining = async (): Promise<void> => {
    try {
      const { assetId, name } = await call("imaging.exportTraining", { studyId: study.id });
      await native.saveAsset(assetId, name);
    } catch (thrown) {
      toast(asError(thrown).message);
    }
  };
  /** The stored slice of this series in view, from 0. */
  const sliceNow = (): number => {
    let slice = 0;
    look.onView((view, { shown }) => {
      if (shown.series.id === series.id) slice = sliceAsStored(view, series).index;
    });
    return slice;
  };

  useShortcuts(
    "Image",
    [
      ...lookKeys(look, fullScreen, () => setContrast(!contrast)),
      { keys: "d", label: "Length", run: () => look.pick("length") },
      { keys: "shift+d", label: "Two diameters", run: () => look.pick("bidirectional") },
      { keys: "g", label: "Angle", run: () => look.pick("angle") },
      { keys: "k", label: "Ellipse", run: () => look.pick("ellipse") },
      { keys: "shift+k", label: "Rectangle", run: () => look.pick("rectangle") },
      { keys: "y", label: "Probe a value", run: () => look.pick("probe") },
      {
        keys: ["delete", "backspace"],
        label: "Delete the selected measurement",
        run: () => measurements.removeSelected(),
      },
    ],
    !bySlide,
  );
  useShortcuts("Reading", [
    {
      keys: "shift+f",
      label: "Report, or back to the conversation",
      run: () => setTab(tab === "report" ? "talk" : "report"),
    },
    {
      keys: "shift+i",
      label: "Write your own impression",
      run: () => {
        if (!study.withheld) flushSync(() => setTab("report"));
        document.querySelector<HTMLTextAreaElement>("[data-impression]")?.focus();
      },
    },
    {
      keys: "/",
      label: "Ask about this image",
      run: () => {
        flushSync(() => setTab("talk"));
        document.querySelector<HTMLInputElement>("[data-ask]")?.focus();
      },
    },
  ]);

  return (
    <>
      <div className="read-stage" data-contrast={contrast ? "high" : undefined}>
        <p className="read-banner" role="note">
          Research use only – not for diagnosis
        </p>
        {series.slide && (
          <div className="read-layout">
            <Segmented
              label="Shown"
              options={[
                { id: "slide", text: "Slide" },
                { id: "overview", text: "Overview with tools" },
              ]}
              value={bySlide ? "slide" : "overview"}
              onChange={(shown) => showSlide(shown === "slide")}
            />
          </div>
        )}
        {bySlide ? (
          <SlideView studyId={study.id} series={series} />
        ) : (
          <>
            <ToolBar
              look={look}
              onFullScreen={fullScreen}
              contrast={contrast}
              onContrast={() => setContrast(!contrast)}
            />
            <LayoutBar look={look} study={study} />
            <Viewer
              panes={look.panes}
              slabMm={look.slabMm}
              active={look.active}
              onActive={look.setActive}
              onScroll={(index, slices) => look.scroll(slices, index)}
              onReady={look.onReady}
            />
          </>
        )}
        {series.warnings.length > 0 && (
          <p className="read-warning">{series.warnings.join(" ")}</p>
        )}
      </div>
      <aside className="read-side">
        {reading.error && (
          <Trouble
            error={reading.error}
            kept="The study and all decisions are as they were."
            onRetry={() => void reading.retry()}
            onClose={reading.clearError}
          />
        )}
        {study.withheld && <CommitImpression studyId={study.id} withheld />}
        <div className="read-tabs">
          <Segmented
            label="Side panel"
            options={[
              { id: "talk", text: "Conversation" },
              { id: "report", text: "Report" },
            ]}
            value={tab}
            onChange={setTab}
          />
        </div>
        <div className="report-tab" hidden={tab !== "report"}>
          <ReportPanel
            study={study}
            series={series}
            sliceNow={sliceNow}
            onGoTo={({ slice = 0 }) =>
              look.lookAt(
                series,
                worldOf(series, [series.shape[0] / 2, series.shape[1] / 2, slice]),
              )
            }
          />
        </div>
        <div className="read-work" hidden={tab === "report"}>
          <ImpressionLine studyId={study.id} />
          {turns.length === 0 && <LooksLike studyId={study.id} seriesId={series.id} />}
          <Conversation
            study={study}
            modality={series.modality}
            turns={turns}
            offers={offers}
            busy={reading.busy}
            onAsk={(text, category) =>
              void reading.ask(text, {
                slice: sliceNow(),
                sequences: together.asked,
                ...(category ? { category } : {}),
              })
            }
            onCancel={reading.cancel}
            onReport={() => setTab("report")}
          >
            <SequenceChoice of={together} />
          </Conversation>
          <Channels study={study} together={together} onSeries={onSeries} />
          <Classified
            study={study}
            series={series}
            stage={look.stage}
            onDecide={(suggestionId, action) => void reading.decide(suggestionId, action)}
          />
          {source && isPreview && (
            <PreviewPanel
              key={`preview ${source.id}`}
              series={series}
              look={look}
              sources={sources}
              source={source}
              onSource={choose}
              onDecide={(action) => void reading.decide(source.id, action)}
              onRefine={(mode) => {
                setRefined(new Set(refined).add(source.id));
                if (mode) look.pick(mode);
              }}
            />
          )}
          {source && !isPreview && (
            <SegmentWork
              key={source.id}
              study={study}
              series={series}
              look={look}
              sources={sources}
              source={source}
              onSource={choose}
              onDecide={(suggestionId, action) => void reading.decide(suggestionId, action)}
            />
          )}
          <MeasurementList
            measurements={measurements}
            seriesId={series.id}
            isVolume={isVolume(series)}
            {...(series.scale ? { scale: series.scale } : {})}
            onGoTo={(one) => {
              const [point] = pointsOf(one);
              if (point) look.lookAt(series, point);
            }}
          />
          <div className="read-export">
            <Button icon={FileText} shortcut="⇧ F" onPress={() => setTab("report")}>
              Report and export
            </Button>
            <Button kind="quiet" onPress={() => void exportTraining()}>
              Training data
            </Button>
          </div>
        </div>
      </aside>
    </>
  );
}
