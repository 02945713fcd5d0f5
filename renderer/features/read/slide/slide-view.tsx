/** A whole slide by its tiles: drag moves, wheel zooms about the pointer, a coarser level stands in until a finer one is here. */
import { Maximize2, Minus, Plus } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { toErrorShape } from "../../../../electron/api/errors.ts";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { useShortcuts } from "../../../frame/shortcuts.ts";
import { IconButton } from "../../../ui/button.tsx";
import { createTileStore, type TileStore } from "./tile-store.ts";
import {
  fitted,
  held,
  levelFor,
  scaleBar,
  tilesIn,
  zoomed,
  type Outlook,
  type Slide,
} from "./tiles.ts";
import "./slide.css";

/** Not white: what has not arrived must not look like empty glass. */
const awaited = "#2c3335";
const step = 1.5;

/** All levels from the coarsest to the one wanted, so that nothing in view stays empty. */
function draw(canvas: HTMLCanvasElement, slide: Slide, outlook: Outlook, store: TileStore): number {
  const context = canvas.getContext("2d");
  if (!context) return 0;
  const view = { width: canvas.width, height: canvas.height };
  const wanted = levelFor(slide, outlook);
  context.clearRect(0, 0, view.width, view.height);
  const { width, height } = slide.levels[0] ?? view;
  const place = (x: number, y: number): [number, number] => [
    (x - outlook.x) * outlook.scale + view.width / 2,
    (y - outlook.y) * outlook.scale + view.height / 2,
  ];
  context.fillStyle = awaited;
  context.fillRect(...place(0, 0), width * outlook.scale, height * outlook.scale);
  const missing = tilesIn(slide, wanted, view, outlook).filter((tile) => !store.get(tile));
  const coarsest = slide.levels.length - 1;
  for (let level = missing.length > 0 ? coarsest : wanted; level >= wanted; level -= 1)
    for (const tile of tilesIn(slide, level, view, outlook)) {
      const picture = store.get(tile);
      if (!picture) continue;
      const [left, top] = place(tile.x, tile.y);
      const [right, bottom] = place(tile.x + tile.width, tile.y + tile.height);
      // Whole pixels: a seam of glass between two tiles would look like tissue that is torn.
      const [x, y] = [Math.floor(left), Math.floor(top)];
      context.drawImage(picture, x, y, Math.ceil(right) - x, Math.ceil(bottom) - y);
    }
  const first = tilesIn(slide, coarsest, view, outlook);
  store.want([...(first.length <= 16 ? first : []), ...missing]);
  return missing.length;
}

export function SlideView({ studyId, series }: { studyId: string; series: Series }) {
  const slide = series.slide as Slide;
  const canvas = useRef<HTMLCanvasElement>(null);
  const store = useRef<TileStore | null>(null);
  const drag = useRef<{ left: number; top: number } | null>(null);
  const [outlook, setOutlook] = useState<Outlook | null>(null);
  const [missing, setMissing] = useState(0);
  const [problem, setProblem] = useState("");
  const [arrivals, setArrivals] = useState(0);

  useEffect(() => {
    const node = canvas.current;
    if (node === null) return;
    store.current = createTileStore(studyId, series.id, {
      arrived: () => setArrivals((count) => count + 1),
      failed: (thrown) => setProblem(toErrorShape(thrown).message),
    });
    const fit = (): void => {
      const { clientWidth: width, clientHeight: height } = node;
      if (width === 0 || height === 0) return;
      [node.width, node.height] = [width, height];
      setOutlook((now) => (now ? held(slide, node, now) : fitted(slide, node)));
    };
    const observer = new ResizeObserver(fit);
    observer.observe(node);
    return () => {
      observer.disconnect();
      store.current?.close();
    };
  }, [studyId, series.id, slide]);

  useEffect(() => {
    if (canvas.current && store.current && outlook)
      setMissing(draw(canvas.current, slide, outlook, store.current));
  }, [slide, outlook, arrivals]);

  const change = useCallback(
    (to: (now: Outlook, node: HTMLCanvasElement) => Outlook): void => {
      const node = canvas.current;
      if (node) setOutlook((now) => (now ? held(slide, node, to(now, node)) : now));
    },
    [slide],
  );
  const nearer = (factor: number) => (): void =>
    change((now, node) => zoomed(node, now, factor, node.width / 2, node.height / 2));
  const move = (x: number, y: number) => (): void =>
    change((now) => ({ ...now, x: now.x + x / now.scale, y: now.y + y / now.scale }));
  const whole = (): void => change((_, node) => fitted(slide, node));

  useEffect(() => {
    const node = canvas.current;
    if (node === null) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = node.getBoundingClientRect();
      const factor = Math.exp(-Math.max(-240, Math.min(240, event.deltaY)) * 0.002);
      change((now) => zoomed(node, now, factor, event.clientX - left, event.clientY - top));
    };
    node.addEventListener("wheel", onWheel, { passive: false });
    return () => node.removeEventListener("wheel", onWheel);
  }, [change]);

  useShortcuts("Slide", [
    { keys: "+", label: "Nearer", run: nearer(step) },
    { keys: "-", label: "Farther", run: nearer(1 / step) },
    { keys: ["space", "="], label: "The whole slide", run: whole },
    { keys: "arrowleft", label: "Left", hidden: true, run: move(-120, 0) },
    { keys: "arrowright", label: "Right", hidden: true, run: move(120, 0) },
    { keys: "arrowup", label: "Up", hidden: true, run: move(0, -120) },
    { keys: "arrowdown", label: "Down", hidden: true, run: move(0, 120) },
  ]);

  const bar = outlook && scaleBar(slide, outlook, 140);
  const { width, height } = slide.levels[0] ?? { width: 0, height: 0 };
  return (
    <div className="slide" data-page-keys>
      <canvas
        ref={canvas}
        aria-label={`Slide of ${width} × ${height} pixels`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { left: event.clientX, top: event.clientY };
        }}
        onPointerMove={(event) => {
          const from = drag.current;
          if (from === null) return;
          move(from.left - event.clientX, from.top - event.clientY)();
          drag.current = { left: event.clientX, top: event.clientY };
        }}
        onPointerUp={() => {
          drag.current = null;
        }}
        onPointerCancel={() => {
          drag.current = null;
        }}
      />
      <div className="slide-tools" role="toolbar" aria-label="Slide">
        <IconButton label="Nearer" icon={Plus} shortcut="+" onPress={nearer(step)} />
        <IconButton label="Farther" icon={Minus} shortcut="-" onPress={nearer(1 / step)} />
        <IconButton label="The whole slide" icon={Maximize2} shortcut="Space" onPress={whole} />
      </div>
      <p className="slide-marks numbers">
        {bar ? (
          <span className="slide-bar" style={{ width: bar.px }}>
            {bar.text}
          </span>
        ) : (
          <span>The file gives no size</span>
        )}
        {outlook && <span>{`${(outlook.scale * 100).toPrecision(3)} % of stored pixels`}</span>}
        {missing > 0 && <span role="status">{missing} tiles on their way</span>}
      </p>
      {problem && (
        <p className="viewer-problem" role="alert">
          Part of the slide cannot be drawn: {problem}
        </p>
      )}
    </div>
  );
}
