/** The left rail: the places of the desk, and the stages of the review in hand. */
import {
  Activity,
  BookOpenCheck,
  Boxes,
  FileText,
  Filter,
  House,
  LibraryBig,
  ListFilterPlus,
  MessageCircleQuestion,
  ScanLine,
  Table2,
  Workflow,
  type LucideIcon,
} from "lucide-react";
import { useCall } from "../use-call.ts";
import { go, pathOf, type Route, type Stage } from "./route.ts";
import { useShortcuts } from "./shortcuts.ts";
import { useRemembered } from "./remembered.ts";

export const stageNames: Record<Stage, { text: string; icon: LucideIcon; key: string }> = {
  question: { text: "Question", icon: MessageCircleQuestion, key: "1" },
  search: { text: "Search", icon: ListFilterPlus, key: "2" },
  screen: { text: "Screen", icon: Filter, key: "3" },
  "full-text": { text: "Full text", icon: FileText, key: "4" },
  extract: { text: "Extract", icon: Table2, key: "5" },
  report: { text: "Report", icon: Workflow, key: "6" },
};
const stageList = Object.entries(stageNames) as [Stage, (typeof stageNames)[Stage]][];

type ItemProps = { to: Route; text: string; icon: LucideIcon; current: boolean; note?: string };

function Item({ to, text, icon: Icon, current, note }: ItemProps) {
  return (
    <li>
      <a
        className="rail-item"
        href={pathOf(to)}
        title={text}
        {...(current ? { "aria-current": "page" as const } : {})}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go(to);
        }}
      >
        <Icon size={17} strokeWidth={1.8} aria-hidden />
        <span className="rail-text">{text}</span>
        {note && <span className="count">{note}</span>}
      </a>
    </li>
  );
}

export function Rail({ route }: { route: Route }) {
  const [lastReview, setLastReview] = useRemembered<string>("last-review", "");
  const reviews = useCall("review.list", {});
  const usable = reviews.value?.filter((known) => known.problem === undefined) ?? [];
  // Before any review was opened the rail already offers the latest one.
  const latest = usable.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0];
  const review =
    route.page === "review" || (route.page === "library" && route.reviewId !== null)
      ? usable.find((known) => known.id === route.reviewId)
      : (usable.find((known) => known.id === lastReview) ?? latest);
  if (route.page === "review" && lastReview !== route.reviewId) setLastReview(route.reviewId);

  const toStage = (stage: Stage): Route =>
    review ? { page: "review", reviewId: review.id, stage, recordId: null } : { page: "home" };
  useShortcuts("Go to", [
    { keys: "alt+0", label: "Home", whileTyping: true, run: () => go({ page: "home" }) },
    ...(review
      ? stageList.map(([stage, { text, key }]) => ({
          keys: `alt+${key}`,
          label: text,
          whileTyping: true,
          run: () => go(toStage(stage)),
        }))
      : []),
    {
      keys: "alt+7",
      label: "Read images",
      whileTyping: true,
      run: () => go({ page: "read", studyId: null }),
    },
    {
      keys: "alt+l",
      label: "Library",
      run: () => go({ page: "library", reviewId: review?.id ?? null }),
    },
    { keys: "alt+8", label: "Models", whileTyping: true, run: () => go({ page: "models" }) },
    {
      keys: "alt+9",
      label: "Activity",
      whileTyping: true,
      run: () => go({ page: "activity", reviewId: null }),
    },
  ]);
  const left = review ? review.records - review.decidedByMe : 0;
  const notes: Partial<Record<Stage, string>> =
    review && left > 0 ? { screen: left.toLocaleString() } : {};

  return (
    <nav className="rail" aria-label="Places">
      <a
        className="rail-brand"
        href="/"
        aria-label="Evidesk, home"
        onClick={(event) => {
          event.preventDefault();
          go({ page: "home" });
        }}
      >
        <BookOpenCheck size={18} aria-hidden />
        <span className="rail-text">Evidesk</span>
      </a>
      <ul>
        <Item to={{ page: "home" }} text="Home" icon={House} current={route.page === "home"} />
      </ul>
      {review && (
        <section aria-label={`Review: ${review.title}`}>
          <h3 className="rail-heading" title={review.title}>
            {review.title}
          </h3>
          <ul>
            {stageList.map(([stage, { text, icon }]) => (
              <Item
                key={stage}
                to={toStage(stage)}
                text={text}
                icon={icon}
                current={route.page === "review" && route.stage === stage}
                note={notes[stage] ?? ""}
              />
            ))}
          </ul>
        </section>
      )}
      <ul>
        <Item
          to={{ page: "read", studyId: null }}
          text="Read"
          icon={ScanLine}
          current={route.page === "read"}
        />
        <Item
          to={{ page: "library", reviewId: review?.id ?? null }}
          text="Library"
          icon={LibraryBig}
          current={route.page === "library"}
        />
        <Item
          to={{ page: "models" }}
          text="Models"
          icon={Boxes}
          current={route.page === "models"}
        />
        <Item
          to={{ page: "activity", reviewId: review?.id ?? null }}
          text="Activity"
          icon={Activity}
          current={route.page === "activity"}
        />
      </ul>
    </nav>
  );
}
