/** What a manifest's fields must be to each other, once each of them is well-formed by itself. */
import type { Manifest } from "./manifest.ts";
import { shown } from "./manifest-problems.ts";
import { filesNamed } from "./networks.ts";
import { regionsReadBy } from "./rules/schema.ts";

/** Which inference does which task; text also by how its answer is read. */
const fitting: Record<Manifest["task"], readonly string[]> = {
  segmentation: ["full", "slidingWindow", "classPrompt", "rules"],
  classification: ["full", "ensemble"],
  tagging: ["text thresholds", "text bio"],
  "sentence-classification": ["text sentences"],
  "text-classification": ["text sigmoid"],
  embedding: ["text vector"],
  generation: ["generate"],
  planning: ["generate"],
};

/** Steps that end in labels of pixels, and those that end in scores of an image. */
const labelling = ["threshold", "argmaxOrBackground", "mergePriority", "keepLargest", "fillHoles"];
const makeLabels = new Set(["threshold", "argmaxOrBackground", "mergePriority"]);

/** Sentences "field: what is wrong"; none where all fits together. */
export function contradictions(manifest: Manifest): string[] {
  return [
    ...ofFiles(manifest),
    ...ofTask(manifest),
    ...ofLabels(manifest),
    ...ofEnsemble(manifest),
    ...ofRules(manifest),
  ];
}

function repeated<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}

function ofFiles(manifest: Manifest): string[] {
  const { files, tests = [] } = manifest;
  const paths = files.map(({ path }) => path);
  return [
    ...repeated(paths).map((path) => `files: ${shown(path)} is listed twice`),
    ...filesNamed(manifest)
      .filter(({ path }) => !paths.includes(path))
      .map(
        ({ at, path }) =>
          `${at}: ${shown(path)} is not among files (${paths.join(", ") || "none"}); each needs its bytes and sha256 there`,
      ),
    ...tests.flatMap(({ input, sha256 }, at) => {
      const listed = files.find(({ path }) => path === input);
      return listed === undefined || listed.sha256 === sha256
        ? []
        : [`tests.${at}.sha256: ${shown(sha256)} is not what files says of ${shown(input)}`];
    }),
  ];
}

function ofTask({ task, inference, postprocess }: Manifest): string[] {
  const kind: string =
    inference.kind === "text" ? `text ${inference.decoding.kind}` : inference.kind;
  if (!fitting[task].includes(kind))
    return [
      `task: ${shown(task)} does not fit inference ${shown(kind)}; it takes ${fitting[task].join(" or ")}`,
    ];
  const steps = postprocess.map(({ step }) => step);
  const outlining = steps.find((step) => labelling.includes(step));
  if (task === "classification" && outlining !== undefined)
    return [`task: "classification" does not fit postprocess ${shown(outlining)}, which outlines`];
  if (task === "segmentation" && kind !== "rules" && !steps.some((step) => makeLabels.has(step)))
    return [
      `task: "segmentation" needs a postprocess step that makes labels (${[...makeLabels].join(", ")}); given: ${shown(steps)}`,
    ];
  return [];
}

function ofLabels(manifest: Manifest): string[] {
  const { inference, postprocess, groups = {}, operatingPoints = [] } = manifest;
  const ids = manifest.labels.map(({ id }) => id);
  const names = manifest.labels.map(({ name }) => name);
  const unknownId = (at: string, id: number): string[] =>
    ids.includes(id) ? [] : [`${at}: ${id} is no label's id (${ids.join(", ") || "none"})`];
  const prompted = inference.kind === "classPrompt" ? inference : undefined;
  return [
    ...repeated(ids).map((id) => `labels: the id ${id} is given twice`),
    ...repeated(names).map((name) => `labels: the name ${shown(name)} is given twice`),
    ...Object.entries(groups).flatMap(([name, group]) =>
      group.flatMap((id) => unknownId(`groups.${name}`, id)),
    ),
    ...operatingPoints
      .filter(({ label }) => !names.includes(label))
      .map(({ label }) => `operatingPoints: ${shown(label)} is no label (${names.join(", ")})`),
    ...(prompted?.classes ?? []).flatMap((id) => unknownId("inference.classes", id)),
    ...(prompted?.everything ?? [])
      .filter((id) => !prompted?.classes.includes(id))
      .map((id) => `inference.everything: ${id} is not among inference.classes`),
    ...postprocess.flatMap((step) => {
      if (step.step === "mergePriority")
        return step.order.flatMap(([, id]) => unknownId("postprocess.mergePriority", id));
      if (step.step === "opNorm" && step.thresholds.length !== ids.length)
        return [
          `postprocess.opNorm: ${step.thresholds.length} thresholds for ${ids.length} labels`,
        ];
      return [];
    }),
  ];
}

function ofEnsemble({ inference, labels: all }: Manifest): string[] {
  if (inference.kind !== "ensemble") return [];
  const members = inference.members.map(({ name }) => name);
  const names = all.map(({ name }) => name);
  return [
    ...repeated(members).map((name) => `inference.members: ${shown(name)} is named twice`),
    ...inference.members
      .filter(({ thresholds }) => thresholds.length !== all.length)
      .map(
        ({ name, thresholds }) =>
          `inference.members: ${shown(name)} has ${thresholds.length} thresholds for ${all.length} labels`,
      ),
    ...Object.entries(inference.voters).flatMap(([label, voters]) => [
      ...(names.includes(label) ? [] : [`inference.voters: ${shown(label)} is no label`]),
      ...voters
        .filter((name) => !members.includes(name))
        .map((name) => `inference.voters.${label}: ${shown(name)} is no member`),
    ]),
  ];
}

function ofRules({ inference, labels: all }: Manifest): string[] {
  if (inference.kind !== "rules") return [];
  const made: string[] = [];
  const missing = (at: string, region: string): string[] =>
    made.includes(region)
      ? []
      : [
          `${at}: no rule before it makes the region ${shown(region)} (made so far: ${made.join(", ") || "none"})`,
        ];
  const problems = inference.rules.flatMap((rule, at) => {
    const found = regionsReadBy(rule).flatMap((region) => missing(`inference.rules.${at}`, region));
    made.push(rule.name);
    return found;
  });
  return [
    ...problems,
    ...inference.assign.flatMap(({ label, region }, at) => [
      ...missing(`inference.assign.${at}`, region),
      ...(all.some(({ id }) => id === label)
        ? []
        : [`inference.assign.${at}: ${label} is no label's id`]),
    ]),
  ];
}
