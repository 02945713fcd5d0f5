/** The keys of the image, OHIF's where it has one; `?` draws its map from this list. */
import type { Shortcut } from "../../../frame/shortcuts.ts";
import { invert, mirror, turn, zoomBy } from "./pane-acts.ts";
import { presetsOf } from "./presets.ts";
import type { Look } from "./use-look.ts";

const zoomStep = 1.2;

export function lookKeys(look: Look, fullScreen: () => void, contrast: () => void): Shortcut[] {
  const { onView, scroll, pick } = look;
  const move = (by: number) => (): void =>
    look.setActive((look.active + by + look.panes.length) % look.panes.length);
  return [
    ...presetsOf(look.activeSeries).map((preset) => ({
      keys: preset.key,
      label: `Window: ${preset.name}`,
      run: () => look.chooseWindow(preset),
    })),
    { keys: "escape", label: "Mouse sets window and level", run: () => pick("window") },
    { keys: "z", label: "Mouse zooms", run: () => pick("zoom") },
    { keys: "p", label: "Mouse moves the image", run: () => pick("pan") },
    { keys: "shift+m", label: "Magnifier", run: () => pick("magnify") },
    { keys: "x", label: "Crosshair", run: () => pick("crosshair") },
    { keys: "i", label: "Invert", run: () => onView(invert) },
    {
      keys: "h",
      label: "Mirror left to right",
      run: () => onView((v) => mirror(v, "flipHorizontal")),
    },
    {
      keys: "v",
      label: "Mirror top to bottom",
      run: () => onView((v) => mirror(v, "flipVertical")),
    },
    { keys: "r", label: "Turn right", run: () => onView((v) => turn(v, 1)) },
    { keys: "l", label: "Turn left", run: () => onView((v) => turn(v, -1)) },
    { keys: "+", label: "Zoom in", run: () => onView((v) => zoomBy(v, zoomStep)) },
    { keys: "-", label: "Zoom out", run: () => onView((v) => zoomBy(v, 1 / zoomStep)) },
    { keys: ["space", "="], label: "Reset view and window", run: look.reset },
    { keys: "c", label: "Cine on or off", run: () => look.play(!look.playing) },
    { keys: "arrowdown", label: "Next slice", hidden: true, run: () => scroll(1) },
    { keys: "arrowup", label: "Previous slice", hidden: true, run: () => scroll(-1) },
    { keys: "home", label: "First slice", hidden: true, run: () => scroll(-1e6) },
    { keys: "end", label: "Last slice", hidden: true, run: () => scroll(1e6) },
    { keys: "arrowright", label: "Next pane", hidden: true, run: move(1) },
    { keys: "arrowleft", label: "Previous pane", hidden: true, run: move(-1) },
    { keys: ".", label: "Next layout", run: () => look.step(1) },
    { keys: ",", label: "Previous layout", run: () => look.step(-1) },
    { keys: "f", label: "Full screen", run: fullScreen },
    { keys: "shift+h", label: "High contrast", run: contrast },
  ];
}
