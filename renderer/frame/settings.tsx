/** Who you are and how the page looks; in a small popover at the reviewer's name. */
import { Check, CircleUserRound, Plus } from "lucide-react";
import { useEffect, useState, type FormEvent } from "react";
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { tabReviewer } from "../transport.ts";
import { toast } from "../ui/toast.tsx";
import { invalidate, useCall, useChange } from "../use-call.ts";
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
  const change = useChange("settings.set");
  const theme = settings?.theme;
  const here = settings?.reviewer;
  // From its first answer on a tab keeps its person, whoever another tab of the same desk becomes.
  useEffect(() => {
    if (here !== undefined && tabReviewer.get() === null) tabReviewer.set(here);
  }, [here]);
  async function become(reviewer: string): Promise<void> {
    const before = tabReviewer.get();
    tabReviewer.set(reviewer);
    if ((await change.run({ reviewer })) === undefined) {
      if (before !== null) tabReviewer.set(before);
      return;
    }
    invalidate("review", "screening", "team", "extraction", "audit", "imaging");
    toast(`You are ${reviewer}. Decisions from now on carry this name.`);
  }
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
              <Reviewers settings={settings} onBecome={become} />
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

type ReviewersProps = {
  settings: { reviewer: string; reviewers: string[] };
  onBecome: (reviewer: string) => Promise<void>;
};

/** Names stand on every decision, so a name is never edited: another one is added. */
function Reviewers({ settings, onBecome }: ReviewersProps) {
  const [text, setText] = useState("");
  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    const name = text.trim();
    if (name === "") return;
    await onBecome(name);
    setText("");
  }
  return (
    <div className="field">
      <span className="field-label" id="who-label">
        Who screens here
      </span>
      <ul className="who" aria-labelledby="who-label">
        {settings.reviewers.map((name) => (
          <li key={name}>
            <button
              type="button"
              className="who-name"
              aria-pressed={name === settings.reviewer}
              onClick={() => name !== settings.reviewer && void onBecome(name)}
            >
              <Check size={14} aria-hidden />
              {name}
            </button>
          </li>
        ))}
      </ul>
      <form className="who-add" onSubmit={(event) => void add(event)}>
        <input
          className="input"
          name="reviewer"
          aria-label="Name of another reviewer"
          placeholder="Another name"
          maxLength={80}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" data-kind="quiet">
          <Plus size={15} aria-hidden /> Add and switch
        </button>
      </form>
      <span className="field-note">The name stands on every decision made from this window.</span>
    </div>
  );
}
