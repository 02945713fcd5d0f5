/** A divider that sets the width of the panel on its right, by pointer or by arrow keys. */
import type { PointerEvent } from "react";

const stepPx = 16;
type ResizerProps = {
  label: string;
  value: number;
  least: number;
  most: number;
  onChange: (value: number) => void;
};

export function Resizer({ label, value, least, most, onChange }: ResizerProps) {
  const set = (next: number): void => onChange(Math.round(Math.min(most, Math.max(least, next))));
  const follow = (event: PointerEvent<HTMLDivElement>): void => {
    const startX = event.clientX;
    const target = event.currentTarget;
    target.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent): void => set(value + startX - moved.clientX);
    target.addEventListener("pointermove", move);
    target.addEventListener(
      "lostpointercapture",
      () => target.removeEventListener("pointermove", move),
      { once: true },
    );
  };
  return (
    <div
      className="resizer"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onPointerDown={follow}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") set(value + stepPx);
        else if (event.key === "ArrowRight") set(value - stepPx);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
