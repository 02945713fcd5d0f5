/** Who you are and how the page looks; in a small popover at the reviewer's name. */
import { CircleUserRound } from "lucide-react";
import { useEffect } from "react";
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { useCall, useChange } from "../use-call.ts";
import { AutosaveField } from "../ui/autosave-field.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Trouble } from "../ui/feedback.tsx";

const themes = [
  { id: "system", text: "System" },
  { id: "light", text: "Light" },
  { id: "dark", text: "Dark" },
] as const;
const darkQuery = matchMedia("(prefers-color-scheme: dark)");

/** Sets the theme on the document; `system` follows the machine. Remembered so the next start does not flash. */
function applyTheme(theme: "system" | "light" | "dark"): void {
  localStorage.setItem("evidesk.theme", theme);
  const dark = theme === "dark" || (theme === "system" && darkQuery.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
}

export function startTheme(): void {
  const stored = localStorage.getItem("evidesk.theme");
  applyTheme(themes.find(({ id }) => id === stored)?.id ?? "system");
  darkQuery.addEventListener("change", () => startThemeAgain());
}

function startThemeAgain(): void {
  if ((localStorage.getItem("evidesk.theme") ?? "system") === "system") applyTheme("system");
}

export function SettingsButton() {
  const settings = useCall("settings.get", {}).value;
  const change = useChange("settings.set", ["review", "screening"]);
  const theme = settings?.theme;
  useEffect(() => {
    if (theme) applyTheme(theme);
  }, [theme]);
  return (
    <DialogTrigger>
      <AriaButton
        className="button"
        data-kind="quiet"
        aria-label={`Settings of ${settings?.reviewer ?? "reviewer"}`}
      >
        <CircleUserRound size={16} aria-hidden />
        <span className="header-name">{settings?.reviewer ?? ""}</span>
      </AriaButton>
      <Popover className="popover" placement="bottom end">
        <Dialog aria-label="Settings" className="settings">
          {settings && (
            <>
              <AutosaveField
                name="reviewer"
                label="Your name, as it stands on every decision"
                value={settings.reviewer}
                onSave={async (reviewer) =>
                  reviewer.trim() !== "" &&
                  (await change.run({ reviewer: reviewer.trim() })) !== undefined
                }
              />
              <div className="field">
                <span className="field-label">Theme</span>
                <Segmented
                  label="Theme"
                  options={themes}
                  value={settings.theme}
                  onChange={(next) => void change.run({ theme: next })}
                />
              </div>
              {change.error && <Trouble error={change.error} />}
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
