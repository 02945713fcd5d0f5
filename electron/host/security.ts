/**
 * Electron's security checklist (electronjs.org/docs/latest/tutorial/security), the points that code
 * can hold: 5 permissions, 12 webviews, 13 navigation, 14 new windows, 15 openExternal, 17 senders.
 * Points 2, 3, 4 and 6 are set in window.ts; 7 and 18 in protocol.ts; 19 in forge.config.ts.
 */
import { app, session, shell } from "electron";

export const appOrigin = "app://evidesk";

/** Places the app links to; anything else is never opened. */
const linkHosts = new Set([
  "doi.org",
  "pubmed.ncbi.nlm.nih.gov",
  "pmc.ncbi.nlm.nih.gov",
  "europepmc.org",
  "clinicaltrials.gov",
  "creativecommons.org",
]);

export function mayOpen(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return protocol === "https:" && linkHosts.has(host);
}

export function isOwnPage(url: string): boolean {
  return url === appOrigin || url.startsWith(`${appOrigin}/`);
}

export function secureEverything(): void {
  // 5: nothing is asked for; copying tables needs clipboard write, reading full screen needs fullscreen.
  const allowed = new Set(["clipboard-sanitized-write", "fullscreen"]);
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(allowed.has(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) =>
    allowed.has(permission),
  );
  app.on("web-contents-created", (_event, contents) => {
    contents.on("will-attach-webview", (event) => event.preventDefault()); // 12
    contents.on("will-navigate", (event) => {
      if (!isOwnPage(event.url)) event.preventDefault(); // 13
    });
    contents.setWindowOpenHandler(({ url }) => {
      if (mayOpen(url)) void shell.openExternal(url); // 15
      return { action: "deny" }; // 14
    });
  });
}
