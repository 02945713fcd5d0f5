/** Starts Cornerstone3D once: its tools, and one tool group that every viewport of the page shares. */
import * as core from "@cornerstonejs/core";
import * as tools from "@cornerstonejs/tools";
import { textLines } from "../measure/measured-on.ts";
import { registerLocalImages } from "./local-images.ts";

export const groupId = "read";
export const engineId = "read";

let ready: Promise<core.RenderingEngine> | undefined;

const { MouseBindings, KeyboardBindings } = tools.Enums;

/** What the left mouse button does, by its tool's name; brushes are instances of one tool. */
export const toolOf = {
  window: tools.WindowLevelTool.toolName,
  zoom: tools.ZoomTool.toolName,
  pan: tools.PanTool.toolName,
  magnify: tools.MagnifyTool.toolName,
  crosshair: tools.CrosshairsTool.toolName,
  length: tools.LengthTool.toolName,
  angle: tools.AngleTool.toolName,
  bidirectional: tools.BidirectionalTool.toolName,
  ellipse: tools.EllipticalROITool.toolName,
  rectangle: tools.RectangleROITool.toolName,
  probe: tools.ProbeTool.toolName,
  paint: "CircularBrush",
  paint3d: "SphereBrush",
  erase: "CircularEraser",
  erase3d: "SphereEraser",
  threshold: "ThresholdBrush",
  threshold3d: "ThresholdSphere",
  scissors: tools.RectangleScissorsTool.toolName,
  circleScissors: tools.CircleScissorsTool.toolName,
  fill: tools.PaintFillTool.toolName,
} as const;
export type Mode = keyof typeof toolOf;

const brushes: Partial<Record<Mode, string>> = {
  paint: "FILL_INSIDE_CIRCLE",
  paint3d: "FILL_INSIDE_SPHERE",
  erase: "ERASE_INSIDE_CIRCLE",
  erase3d: "ERASE_INSIDE_SPHERE",
  threshold: "THRESHOLD_INSIDE_CIRCLE",
  threshold3d: "THRESHOLD_INSIDE_SPHERE",
};

/** Tools that write into the label map. */
export const drawingModes: ReadonlySet<Mode> = new Set<Mode>([
  ...(Object.keys(brushes) as Mode[]),
  ...(["scissors", "circleScissors", "fill"] as const),
]);

const planeColours: Record<string, string> = {
  axial: "rgb(255, 120, 110)",
  sagittal: "rgb(255, 225, 110)",
  coronal: "rgb(125, 225, 140)",
};

function addTools(group: tools.Types.IToolGroup): void {
  const plain = [
    tools.WindowLevelTool,
    tools.ZoomTool,
    tools.PanTool,
    tools.MagnifyTool,
    tools.RectangleScissorsTool,
    tools.CircleScissorsTool,
    tools.PaintFillTool,
  ];
  const measuring = {
    length: tools.LengthTool,
    angle: tools.AngleTool,
    bidirectional: tools.BidirectionalTool,
    ellipse: tools.EllipticalROITool,
    rectangle: tools.RectangleROITool,
    probe: tools.ProbeTool,
  };
  const drawn = Object.values(measuring);
  for (const tool of [...plain, ...drawn, tools.CrosshairsTool, tools.BrushTool])
    tools.addTool(tool);
  for (const tool of Object.keys(measuring) as (keyof typeof measuring)[])
    group.addTool(measuring[tool].toolName, { getTextLines: textLines(tool) });
  for (const tool of plain) group.addTool(tool.toolName);
  group.addTool(tools.CrosshairsTool.toolName, {
    getReferenceLineColor: (viewportId: string) =>
      planeColours[viewportId.split(":")[2] ?? ""] ?? "rgb(120, 200, 255)",
    getReferenceLineSlabThicknessControlsOn: () => false,
    getReferenceLineDraggableRotatable: () => false,
  });
  for (const [mode, activeStrategy] of Object.entries(brushes))
    group.addToolInstance(toolOf[mode as Mode], tools.BrushTool.toolName, { activeStrategy });
}

async function start(): Promise<core.RenderingEngine> {
  await core.init();
  tools.init();
  registerLocalImages();
  const group = tools.ToolGroupManager.createToolGroup(groupId);
  if (group === undefined) throw new Error("The viewer's tools could not be set up.");
  addTools(group);
  setMode("window");
  return new core.RenderingEngine(engineId);
}

export function cornerstone(): Promise<core.RenderingEngine> {
  ready ??= start();
  return ready;
}

/**
 * What the left mouse button does. Right drags zoom, middle drags and Shift with left move the image; on a
 * touch screen two fingers do both.
 */
export function setMode(mode: Mode): void {
  const group = tools.ToolGroupManager.getToolGroup(groupId);
  if (group === undefined) return;
  for (const [other, name] of Object.entries(toolOf)) {
    if (other === mode) continue;
    // Measurements stay on the image and can be moved; crosshairs only while they are the tool.
    if (other === "crosshair") group.setToolDisabled(name);
    else group.setToolPassive(name, { removeAllBindings: true });
  }
  const left = { mouseButton: MouseBindings.Primary, numTouchPoints: 1 };
  const also = {
    zoom: [{ mouseButton: MouseBindings.Secondary }],
    pan: [
      { mouseButton: MouseBindings.Auxiliary },
      { mouseButton: MouseBindings.Primary, modifierKey: KeyboardBindings.Shift },
      { numTouchPoints: 2 },
    ],
  };
  if (mode !== "zoom" && mode !== "pan") group.setToolActive(toolOf[mode], { bindings: [left] });
  group.setToolActive(toolOf.zoom, {
    bindings: mode === "zoom" ? [left, ...also.zoom] : also.zoom,
  });
  group.setToolActive(toolOf.pan, { bindings: mode === "pan" ? [left, ...also.pan] : also.pan });
}
