/** Native acts in the desktop window: the same web ways, but links leave through the preload's one gate. */
import { browserNative } from "./native.browser.ts";
import type { Native } from "./native.ts";

type Preload = { openLink: (url: string) => void };

/** Null when the page does not run in the desktop window. */
export function electronNative(): Native | null {
  const preload = (window as { evidesk?: Preload }).evidesk;
  return preload === undefined
    ? null
    : { ...browserNative, openLink: (url) => preload.openLink(url) };
}
