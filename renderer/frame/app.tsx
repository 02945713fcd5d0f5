/** The frame: rail, header, page, why panel, and the things that float over all of them. */
import { Suspense } from "react";
import { Skeleton } from "../ui/feedback.tsx";
import { Toasts } from "../ui/toast.tsx";
import { Boundary } from "./boundary.tsx";
import { Header } from "./header.tsx";
import { KeyboardMap } from "./keyboard-map.tsx";
import { PageOf } from "./page-of.tsx";
import { Palette } from "./palette.tsx";
import { Rail } from "./rail.tsx";
import { Resizer } from "./resizer.tsx";
import { useRemembered } from "./remembered.ts";
import { useRoute, type Route } from "./route.ts";
import { useShortcuts } from "./shortcuts.ts";
import { WhyProvider } from "./why.tsx";

const wideFromPx = 1180;

export function App() {
  return <WhyProvider>{(panel) => <Frame panelRef={panel.ref} used={panel.used} />}</WhyProvider>;
}

function Frame({
  panelRef,
  used,
}: {
  panelRef: (node: HTMLElement | null) => void;
  used: boolean;
}) {
  const route = useRoute();
  const [open, setOpen] = useRemembered("why-open", window.innerWidth > wideFromPx);
  const [width, setWidth] = useRemembered("why-width", 288);
  useShortcuts("Everywhere", [
    { keys: "w", label: "Show or hide the why panel", run: () => setOpen(!open) },
  ]);
  const shown = open && used;
  return (
    <div className="frame">
      <Rail route={route} />
      <Header route={route} why={{ open: shown, used, toggle: () => setOpen(!open) }} />
      <main className="page" id="page">
        <Boundary key={placeOf(route)}>
          <Suspense fallback={<Skeleton />}>
            <PageOf route={route} />
          </Suspense>
        </Boundary>
      </main>
      <aside className="why" hidden={!shown} aria-label="Why" style={{ width }}>
        <Resizer
          label="Width of the why panel"
          value={width}
          least={240}
          most={560}
          onChange={setWidth}
        />
        <div className="why-body" ref={panelRef} />
      </aside>
      <KeyboardMap />
      <Palette />
      <Toasts />
    </div>
  );
}

/** What counts as another page for the boundary: a step inside a page is not. */
function placeOf(route: Route): string {
  return route.page === "review" ? `${route.reviewId} ${route.stage}` : route.page;
}
