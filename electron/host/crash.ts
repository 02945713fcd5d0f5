/** What a crash leaves: a local dump, never an upload, and a message that says what was kept. */
import { app, crashReporter, dialog } from "electron";

const kept = "Everything you decided is saved in the review file. Start Evidesk again to go on.";

export function keepCrashesLocal(): void {
  crashReporter.start({ uploadToServer: false });
}

export function tellAndQuit(what: string, detail: string): void {
  dialog.showErrorBox("Evidesk has to close", `${what}\n\n${kept}\n\n${detail}`);
  app.exit(1);
}
