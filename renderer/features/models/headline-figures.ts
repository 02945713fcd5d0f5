/** Which of a pack's figures stand on its row: one a cohort of what it is mainly measured by, never only the best. */
import type { PackInfo } from "../../../electron/api/schemas/models.ts";

export type Figure = PackInfo["figures"][number];
export type Headline = Figure & { place?: "lowest" | "highest" };

const most = 4;

/**
 * Of the first figure's metric: each cohort's own figure where there are two to four; of more, the first with the
 * lowest and the highest; of one alone, that with the lowest and highest of its parts. Else the first of each metric.
 */
export function headlineFigures(figures: readonly Figure[]): Headline[] {
  const [first] = figures;
  if (!first) return [];
  const main = figures.filter(({ metric }) => metric === first.metric);
  if (main.length === 1) return firstOfEach(figures).slice(0, most - 1);
  const whole = main.filter((figure) => !main.some((other) => isPart(figure, other)));
  if (whole.length >= 2 && whole.length <= most) return whole;
  return withExtremes(first, whole.length > most ? whole : main);
}

/** A finer cut of another figure's cases: of its cohort without a subgroup, or of its subgroup up to a comma. */
function isPart(one: Figure, other: Figure): boolean {
  if (one.cohort !== other.cohort || one.subgroup === undefined) return false;
  return other.subgroup === undefined || one.subgroup.startsWith(`${other.subgroup}, `);
}

function withExtremes(first: Figure, of: readonly Figure[]): Headline[] {
  const sorted = of.toSorted((a, b) => a.value - b.value);
  const [low, high] = [sorted[0], sorted.at(-1)];
  const place = (figure: Figure): Headline => ({
    ...figure,
    ...(figure === low ? { place: "lowest" as const } : {}),
    ...(figure === high ? { place: "highest" as const } : {}),
  });
  return [...new Set([first, low, high])].flatMap((figure) => (figure ? [place(figure)] : []));
}

function firstOfEach(figures: readonly Figure[]): Figure[] {
  return figures.filter(
    ({ metric }, at) => figures.findIndex((other) => other.metric === metric) === at,
  );
}
