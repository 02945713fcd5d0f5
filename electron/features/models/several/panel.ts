/** Which installed packs answer the same question, and how many of them each choice asks. Pure. */
import type { Asking, AskingKind, Panel } from "../../../api/schemas/effort.ts";
import type { Manifest } from "../manifest.ts";
import type { ExpertCard, Peer } from "../models.ts";
import { measuredFor, type Candidate } from "../routing/assign.ts";
import { aboutCategory, categoryIds, readsCategory, type Category } from "../routing/categories.ts";
import { ballotOf } from "../run-ensemble.ts";
import { calibrationFor, countsOf } from "./asking.ts";

/** The first pack's share; the others' are what their cards say beside it. */
export const firstMass = 1;
/** Of a pack that was never measured on such images: less than any figure, more than none. */
const unmeasured = 0.02;
/** A mean AUROC of one expert within this of all of them counts as being as good. */
const asGood = 0.001;

export const panelKey = (ids: readonly string[]): string => ids.toSorted().join("+");

type Reads = Pick<ExpertCard, "id" | "title" | "task" | "inputs" | "labels" | "expertCall"> &
  Partial<Pick<Candidate, "figures">>;
const lower = ({ labels }: Pick<ExpertCard, "labels">): string[] =>
  labels.map(({ name }) => name.toLowerCase());

/** Whether two classifiers know a label in common and read the same kind of image. */
function answersSame(one: Reads, other: Reads, category: Category | undefined): boolean {
  if (other.task !== "classification" || other.expertCall === undefined) return false;
  const known = new Set(lower(one));
  if (!lower(other).some((name) => known.has(name))) return false;
  if (category !== undefined) return readsCategory(other, category);
  const modalities = one.inputs.flatMap(({ modality }) => modality);
  return other.inputs.some(({ modality }) => modality.some((name) => modalities.includes(name)));
}

/** How far above chance a card says that the pack is, on labels that it shares with the first. */
function massOf(pack: Reads, first: Reads, category: Category | undefined): number {
  if (category === undefined) return unmeasured;
  const candidate = { ...pack, bytes: 0, figures: pack.figures ?? [] };
  const figures = pack.labels
    .filter(({ name }) => lower(first).includes(name.toLowerCase()))
    .flatMap(({ name }) => measuredFor(candidate, { category, label: name })?.value ?? []);
  if (figures.length === 0) return unmeasured;
  const mean = figures.reduce((sum, value) => sum + value, 0) / figures.length;
  return Math.min(firstMass, Math.max(unmeasured, 2 * mean - 1));
}

/** Packs that may be asked beside a classifier, those with the best cards first; none for outlines. */
export function peersOf(
  first: Reads,
  packs: readonly Reads[],
  category: Category | undefined,
): Peer[] {
  if (first.task !== "classification") return [];
  return packs
    .filter((other) => other.id !== first.id && answersSame(first, other, category))
    .map((pack) => ({ id: pack.id, mass: massOf(pack, first, category) }))
    .toSorted((a, b) => b.mass - a.mass || a.id.localeCompare(b.id));
}

/** For each label of the first pack, the positions of the packs that know it. */
export function votersOf(
  first: Pick<ExpertCard, "labels">,
  packs: readonly Pick<ExpertCard, "labels">[],
): number[][] {
  return lower(first).map((name) =>
    packs.flatMap((pack, at) => (lower(pack).includes(name) ? [at] : [])),
  );
}

/** Everything installed that lets the reader choose how many are asked: ensembles, and packs of one kind. */
export function panelsOf(
  manifests: readonly Manifest[],
  askingOf: (id: string) => Asking | undefined,
): Panel[] {
  const ensembles = manifests.flatMap((manifest): Panel[] => {
    const { id, title, inference, inputs, expertCall } = manifest;
    if (inference.kind !== "ensemble" || inference.members.length < 2 || !expertCall) return [];
    const asking = askingOf(id) ?? inference.asking;
    const { experts, voters, calibrated } = ballotOf(manifest, asking, firstKind(asking));
    return [
      {
        ...{ id, title, kind: "members", about: "" },
        modality: inputs.flatMap((one) => one.modality),
        names: experts.map(({ name }) => name),
        asks: countsOf(experts, voters, calibrated),
        ...aboutCalibration(calibrated),
      },
    ];
  });
  return [
    ...ensembles,
    ...categoryIds.flatMap((category) => setsOf(category, manifests, askingOf)),
  ];
}

/** Packs that answer the same about one kind of image, that with the best card in front. */
function setsOf(
  category: Category,
  manifests: readonly Manifest[],
  askingOf: (id: string) => Asking | undefined,
): Panel[] {
  const seen = new Set<string>();
  return manifests
    .filter((one) => one.expertCall !== undefined && readsCategory(one, category))
    .toSorted((a, b) => massOf(b, b, category) - massOf(a, a, category))
    .flatMap((first): Panel[] => {
      const peers = peersOf(first, manifests, category);
      const ids = [first.id, ...peers.map(({ id }) => id)];
      const key = panelKey(ids);
      if (peers.length === 0 || seen.has(key)) return [];
      seen.add(key);
      const packs = ids.flatMap((id) => manifests.find((one) => one.id === id) ?? []);
      const calibrated = calibrationFor(askingOf(key), category, ids);
      const experts = [{ id: first.id, mass: firstMass }, ...peers].map(({ id, mass }) => ({
        name: id,
        mass: calibrated?.mass[id] ?? mass,
      }));
      return [
        {
          ...{ id: `${key} ${category}`, title: packs.map(({ title }) => title).join(" · ") },
          ...{ kind: "packs", about: aboutCategory(category).title, names: ids },
          modality: first.inputs.flatMap((one) => one.modality),
          asks: countsOf(experts, votersOf(first, packs), calibrated),
          ...aboutCalibration(calibrated),
        },
      ];
    });
}

const firstKind = (asking: Asking | undefined): string | undefined => Object.keys(asking ?? {})[0];

function aboutCalibration(of: AskingKind | undefined): Pick<Panel, "calibratedOn" | "oneDoes"> {
  if (of === undefined) return { calibratedOn: null, oneDoes: null };
  const { on, n, one, all } = of.measured;
  return {
    calibratedOn: `${on}, ${n} images`,
    oneDoes: one.auroc >= all.auroc - asGood ? one.name : null,
  };
}
