/** Wheel and touch pad: a notch is a slice, a glide is as many slices as it is long, a pinch zooms. */

const glidePx = 36;
const notchPx = 90;
const lineModePx = 40;

/** Turns wheel events into whole slices; what is left over waits for the next event. Pure but for its own rest. */
export function createScroll(): (event: { deltaY: number; deltaMode: number }) => number {
  let rest = 0;
  return ({ deltaY, deltaMode }) => {
    const pixels = deltaMode === 0 ? deltaY : deltaY * lineModePx;
    // A mouse reports whole notches, however large the system makes them.
    if (deltaMode !== 0 || Math.abs(pixels) >= notchPx) {
      rest = 0;
      return Math.sign(pixels);
    }
    if (Math.sign(pixels) !== Math.sign(rest)) rest = 0;
    rest += pixels;
    const steps = Math.trunc(rest / glidePx);
    rest -= steps * glidePx;
    return steps;
  };
}

type Wheel = { scroll: (slices: number) => void; zoom: (factor: number) => void };

/** Listens on an image; browsers report a pinch as a wheel with Ctrl held. Returns how to stop. */
export function listenToWheel(element: HTMLElement, { scroll, zoom }: Wheel): () => void {
  const slices = createScroll();
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey) {
      const strength = Math.abs(event.deltaY) >= notchPx ? 0.0012 : 0.01;
      zoom(Math.exp(-event.deltaY * strength));
      return;
    }
    const steps = slices(event);
    if (steps !== 0) scroll(steps);
  };
  element.addEventListener("wheel", onWheel, { passive: false, capture: true });
  return () => element.removeEventListener("wheel", onWheel, { capture: true });
}
