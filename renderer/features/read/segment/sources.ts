/** The label maps of a series: each expert's proposal with the decision on it, and the reader's own. Pure. */
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import type { Decision, Suggestion } from "../../../../electron/api/schemas/ledger.ts";
import type { Segment } from "../../../../electron/api/schemas/segmentation.ts";

export type Source = {
  /** The suggestion's id, or "own". */
  id: string;
  name: string;
  suggestion: Suggestion | undefined;
  decision: Decision | undefined;
  /** Asset of the map to show; null where nothing is drawn yet. */
  maskId: string | null;
  segments: Segment[];
};

type Value = {
  mask?: string;
  labels?: { id: number; name: string; color: string }[];
  segments?: Segment[];
};

const standing = (decisions: readonly Decision[]): Decision | undefined => {
  const last = decisions.at(-1);
  return last?.action === "withdraw" ? undefined : last;
};

export function sourcesOf(study: Study, series: Series): Source[] {
  const here = `/series:${series.id}`;
  const decided = study.decisions.filter(
    ({ kind, subject }) => kind === "segment" && subject.endsWith(here),
  );
  const proposals = study.suggestions
    .filter(({ kind, subject }) => kind === "segment" && subject.endsWith(here))
    .map((suggestion): Source => {
      const decision = standing(decided.filter((one) => one.suggestionId === suggestion.id));
      const raw = suggestion.value as Value;
      const corrected = decision?.action === "correct" ? (decision.value as Value) : undefined;
      const segments =
        corrected?.segments ??
        (raw.labels ?? []).map(({ id, name, color }) => ({
          id,
          name,
          color,
          state: decision ? ("done" as const) : ("notStarted" as const),
        }));
      return {
        id: suggestion.id,
        name: `${suggestion.model} ${suggestion.modelVersion}`,
        suggestion,
        decision,
        maskId: decision?.action === "reject" ? null : (corrected?.mask ?? raw.mask ?? null),
        segments,
      };
    });
  const own = standing(decided.filter((one) => one.suggestionId === undefined));
  const drawn = own?.value as Value | undefined;
  return [
    ...proposals,
    {
      id: "own",
      name: "Own segments",
      suggestion: undefined,
      decision: own,
      maskId: drawn?.mask ?? null,
      segments: drawn?.segments ?? [],
    },
  ];
}

/** Okabe and Ito's colours, told apart by colour-blind readers too; a segment keeps its colour for good. */
const palette = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2"];

export function newSegment(segments: readonly Segment[]): Segment {
  const id = Math.max(0, ...segments.map((one) => one.id)) + 1;
  const used = new Set(segments.map(({ color }) => color.toLowerCase()));
  const color = palette.find((one) => !used.has(one)) ?? palette[id % palette.length] ?? "#56b4e9";
  return { id, name: `Segment ${id}`, color, state: "inProgress" };
}

const states = ["notStarted", "inProgress", "done", "flagged"] as const;
export const stateNames = {
  notStarted: "not started",
  inProgress: "in progress",
  done: "done",
  flagged: "flagged",
} as const;

export const nextState = (state: Segment["state"]): Segment["state"] =>
  states[(states.indexOf(state) + 1) % states.length] ?? "notStarted";
