/** Starts the page. */
import "@fontsource-variable/inter/wght.css";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/controls.css";
import "./ui/states.css";
import "./frame/frame.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./frame/app.tsx";
import { startTheme } from "./frame/settings.tsx";
import { startShortcuts } from "./frame/shortcuts.ts";

startTheme();
startShortcuts();
// A file dropped beside its target must not replace the page.
for (const kind of ["dragover", "drop"] as const)
  window.addEventListener(kind, (event) => event.preventDefault());

const desk = document.getElementById("desk");
if (desk)
  createRoot(desk).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
