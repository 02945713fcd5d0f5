/**
 * The one registry of keys. Whatever is mounted registers here; one listener acts, the keyboard
 * map and the palette are drawn from the same list, so they cannot disagree.
 */
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";

export type Shortcut = {
  /** `e`, `shift+a`, `mod+k`, `arrowdown`, `?`; `mod` is Ctrl, or Cmd on a Mac. */
  keys: string | string[];
  label: string;
  run: (key: string) => void;
  /** Also while typing in a field. */
  whileTyping?: boolean;
  /** A key held down acts once: what it does must not go on to what nobody has seen. */
  once?: boolean;
  /** Not listed in the palette, for example movement. */
  hidden?: boolean;
};
type Group = { name: string; shortcuts: () => Shortcut[] };

const isMac = navigator.userAgent.includes("Mac");
const listeners = new Set<() => void>();
let groups: Group[] = [];

function setGroups(next: Group[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

/** Registers a page's keys while it is mounted; later groups win over earlier ones. */
export function useShortcuts(name: string, shortcuts: Shortcut[], active = true): void {
  const latest = useRef(shortcuts);
  useLayoutEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    if (!active) return;
    const group: Group = { name, shortcuts: () => latest.current };
    setGroups([...groups, group]);
    return () => setGroups(groups.filter((other) => other !== group));
  }, [name, active]);
}

/** What is registered now, for the keyboard map and the palette. */
export function useShortcutGroups(): { name: string; shortcuts: Shortcut[] }[] {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => groups,
  );
  return now.map((group) => ({ name: group.name, shortcuts: group.shortcuts() }));
}

function nameOf(event: KeyboardEvent): string {
  const mod = (isMac ? event.metaKey : event.ctrlKey) ? "mod+" : "";
  // With Alt a Mac types another sign; the key's own digit or letter is meant.
  const digit = event.altKey ? /^Digit(\d)$/.exec(event.code)?.[1] : undefined;
  const letter =
    event.altKey && /[^ -~]/.test(event.key) ? /^Key([A-Z])$/.exec(event.code)?.[1] : undefined;
  const alt = event.altKey ? "alt+" : "";
  const key =
    digit ?? letter?.toLowerCase() ?? (event.key === " " ? "space" : event.key.toLowerCase());
  // Shift is part of the character for signs such as `?`, and a modifier for letters and named keys.
  const shift = event.shiftKey && (key.length > 1 || /[a-z]/.test(key)) ? "shift+" : "";
  return `${mod}${alt}${shift}${key}`;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

const keysOf = (shortcut: Shortcut): string[] => [shortcut.keys].flat();

export function startShortcuts(): void {
  const act = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = nameOf(event);
    const typing = isTyping(event.target);
    // Keys inside a dialog belong to the dialog.
    const inDialog =
      event.target instanceof Element && event.target.closest("[role=dialog]") !== null;
    for (const group of groups.toReversed()) {
      const found = group.shortcuts().find((shortcut) => keysOf(shortcut).includes(key));
      if (!found || ((typing || inDialog) && !found.whileTyping)) continue;
      // Enter and space press the focused control first.
      if (/^(enter|space)$/.test(key) && event.target instanceof HTMLButtonElement) continue;
      event.preventDefault();
      if (!(event.repeat && found.once === true)) found.run(key);
      return;
    }
  };
  window.addEventListener("keydown", act);
  // The image's own tools swallow every key pressed on it: there the page hears them first.
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.target instanceof Element && event.target.closest("[data-page-keys]")) act(event);
    },
    true,
  );
}

const signs: Record<string, string> = {
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  escape: "Esc",
  enter: "⏎",
  space: "Space",
};

/** A key as it is printed on the page: `Ctrl K`, `⌘ K`, `↓`. */
function keyText(key: string): string {
  return key
    .split("+")
    .map((part) =>
      part === "mod"
        ? isMac
          ? "⌘"
          : "Ctrl"
        : part === "alt"
          ? isMac
            ? "⌥"
            : "Alt"
          : part === "shift"
            ? "⇧"
            : (signs[part] ?? (part.length === 1 ? part.toUpperCase() : part)),
    )
    .join(" ");
}

export function shortcutText(shortcut: Shortcut): string[] {
  return keysOf(shortcut).map(keyText);
}
