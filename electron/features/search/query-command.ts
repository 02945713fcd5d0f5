/** `evidesk query`: compiles a PICO question or translates a search; sends nothing. */
import { readFile } from "node:fs/promises";
import type { Command } from "../../command.ts";
import { AppError } from "../../api/errors.ts";
import { targets, translate, type Target } from "./boolean/translate.ts";
import { blocksOf, compile, filterFor, type PicoText } from "./compile.ts";

function targetOf(value: unknown, option: string): Target {
  const found = targets.find((target) => target === value);
  if (found === undefined)
    throw new AppError(
      "usage",
      `${option} takes one of ${targets.join(", ")}, not "${String(value)}".`,
    );
  return found;
}

const names: Record<string, keyof PicoText> = {
  p: "population",
  population: "population",
  patient: "population",
  patients: "population",
  participants: "population",
  condition: "population",
  i: "intervention",
  intervention: "intervention",
  interventions: "intervention",
  exposure: "intervention",
  c: "comparator",
  comparator: "comparator",
  comparison: "comparator",
  control: "comparator",
  o: "outcome",
  outcome: "outcome",
  outcomes: "outcome",
  s: "design",
  design: "design",
  "study design": "design",
  studytype: "design",
};

/** Accepts `{population, intervention, …}` or `{P, I, C, O}`, each a text or a list of texts. */
function picoFrom(value: unknown, path: string): PicoText {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AppError(
      "badFile",
      `"${path}" is not a JSON object with population, intervention, comparator and outcome.`,
    );
  const fields = Object.entries(value);
  const nested = fields.find(
    ([name, inner]) => name.toLowerCase() === "pico" && typeof inner === "object" && inner !== null,
  );
  if (nested !== undefined) return picoFrom(nested[1], path);
  const pico: PicoText = {};
  for (const [name, content] of fields) {
    const field = names[name.toLowerCase()];
    if (field === undefined) continue;
    const texts = (Array.isArray(content) ? content : [content]).filter(
      (text): text is string => typeof text === "string" && text.trim() !== "",
    );
    if (texts.length > 0) pico[field] = texts.join("; ");
  }
  if (Object.keys(pico).length === 0)
    throw new AppError(
      "badFile",
      `"${path}" names none of population, intervention, comparator, outcome.`,
    );
  return pico;
}

async function readPico(path: string): Promise<PicoText> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new AppError("notFound", `"${path}" cannot be read.`, { path });
  });
  try {
    return picoFrom(JSON.parse(text), path);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError(
      "badFile",
      `"${path}" is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      { path },
    );
  }
}

export const query: Command = {
  summary:
    "Compile a search from a PICO question, or translate one between databases; nothing is sent.",
  usage: `query --pico P.json [--target ${targets.join("|")}] [--filter none|rct] | query --parse TEXT --from T --to T`,
  options: {
    pico: {
      type: "string",
      help: "JSON file: population, intervention, comparator, outcome, design",
    },
    target: { type: "string", help: "database to write for (pubmed)" },
    filter: {
      type: "string",
      help: "none or rct; by default rct when the design asks for randomised trials",
    },
    parse: { type: "string", help: "a search to translate" },
    from: { type: "string", help: "database the search is written for" },
    to: { type: "string", help: "database to translate it to" },
  },
  async run({ values }) {
    if (typeof values["parse"] === "string")
      return translate(
        values["parse"],
        targetOf(values["from"], "--from"),
        targetOf(values["to"], "--to"),
      );
    if (typeof values["pico"] !== "string")
      throw new AppError("usage", "query needs --pico FILE, or --parse TEXT with --from and --to.");
    const target = targetOf(values["target"] ?? "pubmed", "--target");
    const filter = values["filter"];
    if (filter !== undefined && filter !== "none" && filter !== "rct")
      throw new AppError("usage", `--filter takes none or rct, not "${String(filter)}".`);
    const pico = await readPico(values["pico"]);
    return compile(blocksOf(pico), target, filter ?? filterFor(pico.design));
  },
};
