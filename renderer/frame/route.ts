/** Where the user is, as an address in the history: back, forward and reload work. */
import { useSyncExternalStore } from "react";

const stages = ["question", "search", "screen", "full-text", "extract", "report"] as const;
export type Stage = (typeof stages)[number];

export type Route =
  | { page: "home" }
  | { page: "review"; reviewId: string; stage: Stage; recordId: string | null }
  | { page: "read"; studyId: string | null }
  | { page: "library"; reviewId: string | null }
  | { page: "models" }
  | { page: "activity"; reviewId: string | null };

/** Reads an address; anything unknown is home. */
function parseRoute(pathname: string): Route {
  const [page, first, second, third] = pathname.split("/").filter(Boolean).map(decodeURIComponent);
  if (page === "review" && first !== undefined) {
    const stage = stages.find((known) => known === second) ?? "question";
    return { page: "review", reviewId: first, stage, recordId: third ?? null };
  }
  if (page === "read") return { page: "read", studyId: first ?? null };
  if (page === "library") return { page: "library", reviewId: first ?? null };
  if (page === "models") return { page: "models" };
  if (page === "activity") return { page: "activity", reviewId: first ?? null };
  return { page: "home" };
}

export function pathOf(route: Route): string {
  const parts: (string | null)[] =
    route.page === "review"
      ? ["review", route.reviewId, route.stage, route.recordId]
      : route.page === "read"
        ? ["read", route.studyId]
        : route.page === "activity" || route.page === "library"
          ? [route.page, route.reviewId]
          : route.page === "home"
            ? []
            : [route.page];
  return `/${parts
    .filter((part) => part !== null)
    .map(encodeURIComponent)
    .join("/")}`;
}

const listeners = new Set<() => void>();
let current = parseRoute(location.pathname);

function announce(): void {
  current = parseRoute(location.pathname);
  for (const listener of listeners) listener();
}
window.addEventListener("popstate", announce);

/** Goes to a place; `replace` leaves no step in the history. */
export function go(route: Route, options: { replace?: boolean } = {}): void {
  const path = pathOf(route);
  if (path === location.pathname) return;
  if (options.replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  announce();
}

export function useRoute(): Route {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
