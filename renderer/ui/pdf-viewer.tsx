/** Reads a paper: search, zoom, and marked boxes that the view goes to when they change. */
import { ChevronDown, ChevronUp, LockKeyhole, Search, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "./button.tsx";
import { Skeleton } from "./feedback.tsx";
import { findInPdf, openPdf, type OpenedPdf, type PageBox } from "./pdf-document.ts";
import { PdfPage } from "./pdf-page.tsx";
import "./pdf-viewer.css";

const zoomSteps = [0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const edgePx = 32;

type PdfViewerProps = {
  /** Resolves to the bytes; called again when `id` changes. */
  id: string;
  load: (id: string) => Promise<ArrayBuffer>;
  marks: PageBox[];
  /** Counts up to go to the first mark again. */
  visit: number;
};
type Opened = OpenedPdf & { id: string; sizes: { width: number; height: number }[] };
type Failure = { id: string; password: boolean; message: string };

async function openWithSizes(id: string, bytes: ArrayBuffer, password?: string): Promise<Opened> {
  const opened = await openPdf(bytes, password);
  const numbers = Array.from({ length: opened.document.numPages }, (_, index) => index + 1);
  const pages = await Promise.all(numbers.map((number) => opened.document.getPage(number)));
  const sizes = pages
    .map((page) => page.getViewport({ scale: 1 }))
    .map(({ width, height }) => ({ width, height }));
  return { ...opened, id, sizes };
}

export function PdfViewer({ id, load, marks, visit }: PdfViewerProps) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [password, setPassword] = useState<string | undefined>(undefined);
  useEffect(() => {
    let current = true;
    let close = (): void => {};
    load(id)
      .then((bytes) => openWithSizes(id, bytes, password))
      .then(
        (pdf) => {
          close = pdf.close;
          if (!current) return pdf.close();
          setFailure(null);
          setOpened(pdf);
        },
        (thrown: unknown) => {
          if (!current) return;
          const message = thrown instanceof Error ? thrown.message : String(thrown);
          setFailure({
            id,
            password: thrown instanceof Error && thrown.name === "PasswordException",
            message,
          });
        },
      );
    return () => {
      current = false;
      close();
    };
  }, [id, load, password]);
  if (failure?.id === id) return <PdfFailure failure={failure} onPassword={setPassword} />;
  if (opened?.id !== id) return <Skeleton lines={12} />;
  return <Pages opened={opened} marks={marks} visit={visit} />;
}

function PdfFailure({
  failure,
  onPassword,
}: {
  failure: Failure;
  onPassword: (password: string) => void;
}) {
  const [text, setText] = useState("");
  return (
    <div className="empty">
      <LockKeyhole size={26} aria-hidden />
      <p>
        {failure.password
          ? "This paper is protected by a password. It is only used here and not stored."
          : `This file cannot be shown: ${failure.message}`}
      </p>
      {failure.password && (
        <form
          className="pdf-password"
          onSubmit={(event) => {
            event.preventDefault();
            onPassword(text);
          }}
        >
          <input
            className="input"
            type="password"
            aria-label="Password of the paper"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Button kind="primary" onPress={() => onPassword(text)}>
            Open
          </Button>
        </form>
      )}
    </div>
  );
}

function Pages({ opened, marks, visit }: { opened: Opened; marks: PageBox[]; visit: number }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [fit, setFit] = useState(1);
  const [zoom, setZoom] = useState<number | null>(null);
  const [needle, setNeedle] = useState("");
  const [found, setFound] = useState<PageBox[]>([]);
  const [at, setAt] = useState(0);
  const widest = Math.max(...opened.sizes.map(({ width }) => width));
  const scale = zoom ?? fit;

  useEffect(() => {
    const node = scroller.current;
    if (!node) return;
    const observer = new ResizeObserver(() =>
      setFit(Math.max(0.4, Math.min(1.6, (node.clientWidth - edgePx) / widest))),
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, [widest]);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(
      () =>
        void findInPdf(opened.document, needle).then((boxes) => {
          if (!current) return;
          setFound(boxes);
          setAt(0);
        }),
      200,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [opened, needle]);
  const target = needle === "" ? marks[0] : found[at];
  useEffect(() => {
    const node = scroller.current;
    const page = target && node?.querySelector<HTMLElement>(`[data-page="${target.page}"]`);
    if (!node || !page) return;
    node.scrollTo({ top: page.offsetTop + target.y * scale - node.clientHeight / 3 });
  }, [target, scale, visit]);

  const step = (by: number): void =>
    setAt((now) => (found.length === 0 ? 0 : (now + by + found.length) % found.length));
  const zoomBy = (by: number): void => {
    const nearest = zoomSteps.findIndex((known) => known >= scale - 0.01);
    setZoom(zoomSteps[Math.min(zoomSteps.length - 1, Math.max(0, nearest + by))] ?? scale);
  };
  const boxesOf = (number: number) => [
    ...marks.filter(({ page }) => page === number).map((box) => ({ box, kind: "mark" as const })),
    ...found
      .filter(({ page }) => page === number)
      .map((box) => ({
        box,
        kind: box === found[at] ? ("found-now" as const) : ("found" as const),
      })),
  ];
  return (
    <div className="pdf">
      <div className="pdf-bar">
        <label className="search-field">
          <Search size={14} aria-hidden />
          <input
            type="search"
            placeholder="Find in the paper"
            aria-label="Find in the paper"
            value={needle}
            onChange={(event) => setNeedle(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && step(event.shiftKey ? -1 : 1)}
          />
          {needle !== "" && (
            <span className="count">
              {found.length === 0 ? "none" : `${at + 1} / ${found.length}`}
            </span>
          )}
        </label>
        <IconButton
          label="Previous match"
          icon={ChevronUp}
          disabled={found.length === 0}
          onPress={() => step(-1)}
        />
        <IconButton
          label="Next match"
          icon={ChevronDown}
          disabled={found.length === 0}
          onPress={() => step(1)}
        />
        <span className="pdf-zoom">
          <IconButton label="Smaller" icon={ZoomOut} onPress={() => zoomBy(-1)} />
          <button
            type="button"
            className="pdf-percent numbers"
            title="Fit to width"
            onClick={() => setZoom(null)}
          >
            {Math.round(scale * 100)}%
          </button>
          <IconButton label="Larger" icon={ZoomIn} onPress={() => zoomBy(1)} />
        </span>
      </div>
      <div className="pdf-scroll" ref={scroller} tabIndex={0} aria-label="Paper">
        {opened.sizes.map((size, index) => (
          <PdfPage
            key={index}
            document={opened.document}
            number={index + 1}
            {...size}
            scale={scale}
            boxes={boxesOf(index + 1)}
          />
        ))}
      </div>
    </div>
  );
}
