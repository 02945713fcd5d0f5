/** Starts Cornerstone3D once: tools, and one tool group that every viewport of the page shares. */
import * as core from "@cornerstonejs/core";
import * as tools from "@cornerstonejs/tools";
import { registerLocalLoaders } from "./shown-series.ts";

export const groupId = "read";
export const engineId = "read";

let ready: Promise<core.RenderingEngine> | undefined;

export const brushes = { paint: "CircularBrush", erase: "CircularEraser" } as const;
export type Mode = "window" | "paint" | "erase" | "length";

const { MouseBindings } = tools.Enums;
const { WindowLevelTool, ZoomTool, PanTool, StackScrollTool, BrushTool, LengthTool } = tools;

async function start(): Promise<core.RenderingEngine> {
  await core.init();
  // Local images have no DICOM header; the viewer only needs to know that they belong to some series.
  core.metaData.addProvider(
    (type: string) =>
      type === "generalSeriesModule" ? { modality: "OT", seriesInstanceUID: "local" } : undefined,
    -1,
  );
  tools.init();
  registerLocalLoaders();
  for (const tool of [WindowLevelTool, ZoomTool, PanTool, StackScrollTool, BrushTool, LengthTool])
    tools.addTool(tool);
  const group = tools.ToolGroupManager.createToolGroup(groupId);
  if (group === undefined) throw new Error("The viewer's tools could not be set up.");
  for (const tool of [WindowLevelTool, ZoomTool, PanTool, StackScrollTool, LengthTool])
    group.addTool(tool.toolName);
  group.addToolInstance(brushes.paint, BrushTool.toolName, {
    activeStrategy: "FILL_INSIDE_CIRCLE",
  });
  group.addToolInstance(brushes.erase, BrushTool.toolName, {
    activeStrategy: "ERASE_INSIDE_CIRCLE",
  });
  group.setToolActive(StackScrollTool.toolName, {
    bindings: [{ mouseButton: MouseBindings.Wheel }],
  });
  group.setToolActive(ZoomTool.toolName, { bindings: [{ mouseButton: MouseBindings.Secondary }] });
  group.setToolActive(PanTool.toolName, { bindings: [{ mouseButton: MouseBindings.Auxiliary }] });
  setMode("window");
  return new core.RenderingEngine(engineId);
}

export function cornerstone(): Promise<core.RenderingEngine> {
  ready ??= start();
  return ready;
}

const toolOf: Record<Mode, string> = {
  window: WindowLevelTool.toolName,
  paint: brushes.paint,
  erase: brushes.erase,
  length: LengthTool.toolName,
};

/** What the left mouse button does. */
export function setMode(mode: Mode): void {
  const group = tools.ToolGroupManager.getToolGroup(groupId);
  if (group === undefined) return;
  for (const [other, name] of Object.entries(toolOf))
    if (other !== mode) group.setToolPassive(name, { removeAllBindings: true });
  group.setToolActive(toolOf[mode], { bindings: [{ mouseButton: MouseBindings.Primary }] });
}

/** Brush radius in millimetres of the image (pixels where the file gives no spacing). */
export function setBrushSize(radius: number): void {
  tools.utilities.segmentation.setBrushSizeForToolGroup(groupId, radius);
}

export function undoStroke(): void {
  core.utilities.HistoryMemo.DefaultHistoryMemo.undo();
}

export function redoStroke(): void {
  core.utilities.HistoryMemo.DefaultHistoryMemo.redo();
}
