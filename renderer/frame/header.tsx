/** The thin header: where you are, how far the review is, what runs, who you are, online or not. */
import { CloudOff, LoaderCircle, PanelRight, ShieldCheck } from "lucide-react";
import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { useCall } from "../use-call.ts";
import { Bar } from "../ui/feedback.tsx";
import { IconButton } from "../ui/button.tsx";
import { plural } from "../ui/time.ts";
import { stageNames } from "./rail.tsx";
import { go, type Route } from "./route.ts";
import { SettingsButton } from "./settings.tsx";

const jobPollMs = 2000;

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("online", listener);
      window.addEventListener("offline", listener);
      return () => {
        window.removeEventListener("online", listener);
        window.removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}

function placeName(route: Route): string {
  if (route.page === "review") return stageNames[route.stage].text;
  return { home: "Home", read: "Read", library: "Library", models: "Models", activity: "Activity" }[
    route.page
  ];
}

type HeaderProps = { route: Route; why: { open: boolean; used: boolean; toggle: () => void } };

export function Header({ route, why }: HeaderProps) {
  const reviewId = route.page === "review" || route.page === "library" ? route.reviewId : null;
  const review = useCall("review.get", reviewId === null ? null : { reviewId }).value;
  const online = useOnline();
  const place = placeName(route);
  useEffect(() => {
    document.title = review ? `${place} · ${review.title} · Evidesk` : `${place} · Evidesk`;
  }, [place, review]);
  return (
    <header className="header">
      <div className="header-where">
        <h1>{place}</h1>
        {review && (
          <span className="header-review" title={review.title}>
            {review.title}
          </span>
        )}
        {review?.sample && <span className="chip">Sample</span>}
      </div>
      {review && review.records > 0 && (
        <div
          className="header-progress numbers"
          title={`You decided on ${review.decidedByMe} of ${plural(review.records, "record")}; ${review.decided} are settled`}
        >
          <Bar part={review.decidedByMe / review.records} label="Records you decided on" />
          <span>
            {review.decidedByMe.toLocaleString()} / {review.records.toLocaleString()}
          </span>
        </div>
      )}
      <div className="header-end">
        <RunningJobs />
        <span
          className="header-badge"
          title={
            online
              ? "Nothing leaves this machine unless you press a button that names where it goes."
              : "No network. Everything but database searches works."
          }
        >
          {online ? <ShieldCheck size={14} aria-hidden /> : <CloudOff size={14} aria-hidden />}
          <span className="header-badge-text">{online ? "On this machine" : "Offline"}</span>
        </span>
        <SettingsButton />
        <IconButton
          label={why.open ? "Hide the why panel" : "Show the why panel"}
          icon={PanelRight}
          shortcut="W"
          pressed={why.open}
          disabled={!why.used}
          onPress={why.toggle}
        />
      </div>
    </header>
  );
}

function RunningJobs() {
  const jobs = useCall("jobs.list", {});
  const poll = useEffectEvent(() => {
    if (document.visibilityState === "visible") jobs.reload();
  });
  useEffect(() => {
    const timer = setInterval(() => poll(), jobPollMs);
    return () => clearInterval(timer);
  }, []);
  const running = jobs.value?.filter((job) => job.state === "running") ?? [];
  const first = running[0];
  if (!first) return null;
  return (
    <button
      type="button"
      className="header-badge header-jobs"
      onClick={() => go({ page: "activity", reviewId: null })}
    >
      <LoaderCircle size={14} className="turning" aria-hidden />
      {running.length === 1 ? first.label : `${running.length} running`}
    </button>
  );
}
