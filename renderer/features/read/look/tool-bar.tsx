/** The row above the image: what the mouse does, how the view is turned, what hangs where. */
import {
  Accessibility,
  Circle,
  Contrast,
  Crosshair,
  FlipHorizontal2,
  FlipVertical2,
  Maximize,
  Move,
  Pause,
  Pipette,
  Play,
  RotateCcw,
  RotateCw,
  Ruler,
  ScanSearch,
  SquareDashed,
  SunMoon,
  Tangent,
  Undo,
  X,
  ZoomIn,
  type LucideIcon,
} from "lucide-react";
import { Button, IconButton } from "../../../ui/button.tsx";
import type { Mode } from "./cornerstone.ts";
import { isVolume } from "./layouts.ts";
import { invert, mirror, turn } from "./pane-acts.ts";
import { presetsOf } from "./presets.ts";
import type { Look } from "./use-look.ts";

type Tool = { mode: Mode; label: string; icon: LucideIcon; key: string };

const looking: Tool[] = [
  { mode: "window", label: "Window and level", icon: SunMoon, key: "Esc" },
  { mode: "zoom", label: "Zoom", icon: ZoomIn, key: "Z" },
  { mode: "pan", label: "Move", icon: Move, key: "P" },
  { mode: "magnify", label: "Magnifier", icon: ScanSearch, key: "⇧ M" },
];
const measuring: Tool[] = [
  { mode: "length", label: "Length", icon: Ruler, key: "D" },
  { mode: "bidirectional", label: "Two diameters", icon: X, key: "⇧ D" },
  { mode: "angle", label: "Angle", icon: Tangent, key: "G" },
  { mode: "ellipse", label: "Ellipse", icon: Circle, key: "K" },
  { mode: "rectangle", label: "Rectangle", icon: SquareDashed, key: "⇧ K" },
  { mode: "probe", label: "Probe a value", icon: Pipette, key: "Y" },
];

type BarProps = { look: Look; onFullScreen: () => void; contrast: boolean; onContrast: () => void };

export function ToolBar({ look, onFullScreen, contrast, onContrast }: BarProps) {
  const { onView } = look;
  const several = isVolume(look.activeSeries);
  const tool = ({ mode, label, icon, key }: Tool) => (
    <IconButton
      key={mode}
      label={label}
      icon={icon}
      shortcut={key}
      pressed={look.mode === mode}
      onPress={() => look.pick(mode)}
    />
  );
  return (
    <div className="read-tools" role="toolbar" aria-label="Image tools">
      <span className="read-group">
        {looking.map(tool)}
        {look.kind === "three" &&
          tool({ mode: "crosshair", label: "Crosshair", icon: Crosshair, key: "X" })}
      </span>
      <span className="read-group">{measuring.map(tool)}</span>
      <span className="read-group">
        <IconButton label="Invert" icon={Contrast} shortcut="I" onPress={() => onView(invert)} />
        <IconButton
          label="Mirror left to right"
          icon={FlipHorizontal2}
          shortcut="H"
          onPress={() => onView((view) => mirror(view, "flipHorizontal"))}
        />
        <IconButton
          label="Mirror top to bottom"
          icon={FlipVertical2}
          shortcut="V"
          onPress={() => onView((view) => mirror(view, "flipVertical"))}
        />
        <IconButton
          label="Turn left"
          icon={RotateCcw}
          shortcut="L"
          onPress={() => onView((view) => turn(view, -1))}
        />
        <IconButton
          label="Turn right"
          icon={RotateCw}
          shortcut="R"
          onPress={() => onView((view) => turn(view, 1))}
        />
        <IconButton
          label="Reset view and window"
          icon={Undo}
          shortcut="Space"
          onPress={look.reset}
        />
        {several && (
          <IconButton
            label={look.playing ? "Stop the cine" : "Play as cine"}
            icon={look.playing ? Pause : Play}
            shortcut="C"
            pressed={look.playing}
            onPress={() => look.play(!look.playing)}
          />
        )}
        <IconButton label="Full screen" icon={Maximize} shortcut="F" onPress={onFullScreen} />
        <IconButton
          label="High contrast"
          icon={Accessibility}
          shortcut="⇧ H"
          pressed={contrast}
          onPress={onContrast}
        />
      </span>
      <span className="read-presets">
        {presetsOf(look.activeSeries).map((preset) => (
          <Button
            key={preset.key}
            kind="quiet"
            shortcut={preset.key}
            onPress={() => look.chooseWindow(preset)}
          >
            {preset.name}
          </Button>
        ))}
      </span>
    </div>
  );
}
