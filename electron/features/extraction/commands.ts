/** `evidesk text`, `extract`, `extract-results` and `evidence`: files named on the command line, nothing stored. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { AppError, toErrorShape } from "../../api/errors.ts";
import type { Command, CommandContext, CommandValues } from "../../command.ts";
import { unreadable } from "../../unreadable.ts";
import { fieldType, type Field, type Paper } from "../../api/schemas/extraction.ts";
import type { Mark } from "./fields/reading.ts";
import { answerFrom } from "./direction/answer.ts";
import { findResultByModel } from "./result-by-model.ts";
import { findResult } from "./results/result.ts";
import { proposeByModel } from "./by-model.ts";
import { recognisePages } from "./ocr/recognise.ts";
import { readPaper } from "./read-paper.ts";
import { besidePaper, type Beside } from "./registry/beside.ts";
import { nctNumbers, trialIn } from "./registry/record-file.ts";
import type { RegistryTrial } from "./registry/trial.ts";
import { runAtLeisure } from "../models/runtime/queue.ts";
import { inGroups, markPaper } from "./tagging.ts";
import { suggestFields, type Proposal } from "./suggest.ts";

const passwordOption = {
  password: { type: "string", help: "password of a protected PDF" },
  recognise: {
    type: "boolean",
    help: "read the letters of scanned pages (English), some seconds a page",
  },
} as const;

async function paperAt(
  path: string,
  values: CommandValues,
  context: CommandContext,
): Promise<Paper> {
  const bytes = await readFile(path).catch((thrown: unknown) => {
    throw unreadable(path, thrown);
  });
  // Any bytes can be read as text: a file that calls itself a PDF and is none would be "searched" in vain.
  if (/\.pdf$/i.test(path) && !bytes.subarray(0, 1024).includes("%PDF-"))
    throw new AppError("badFile", `${path}: it is no PDF, though its name says so.`, { path });
  try {
    const password = values["password"];
    const options = {
      signal: context.signal,
      ...(typeof password === "string" ? { password } : {}),
    };
    let paper = await readPaper(bytes, options);
    const scanned = paper.pages.filter(({ state }) => state === "noTextLayer");
    if (values["recognise"] === true && scanned.length > 0) {
      const recognised = await recognisePages(
        bytes,
        scanned.map(({ number }) => number),
        {
          ...options,
          onPage: (done, total) => context.progress(`${path}: scanned page ${done} of ${total}`),
        },
      );
      paper = await readPaper(bytes, { ...options, recognised });
    }
    for (const warning of paper.warnings) context.progress(`${path}: ${warning}`);
    return paper;
  } catch (thrown) {
    const { code, message, data } = toErrorShape(thrown);
    throw new AppError(code, `${path}: ${message}`, data);
  }
}

function onlyFile(positionals: string[], usage: string): string {
  const [path, extra] = positionals;
  if (path === undefined || extra !== undefined)
    throw new AppError("usage", `One file is needed: evidesk ${usage}`);
  return path;
}

/** Sections with their paragraphs; a heading without text of its own still counts. */
function structured(paper: Paper) {
  const sections = [
    { title: "", level: 0, role: "front", paragraphs: [] as string[] },
    ...paper.sections.map(({ title, level, role }) => ({
      title,
      level,
      role,
      paragraphs: [] as string[],
    })),
  ];
  for (const block of paper.blocks) {
    if (["heading", "caption", "table"].includes(block.kind)) continue;
    if (
      block.kind === "footnote" &&
      paper.tables.some((table) => block.start >= table.start && block.start <= table.end + 2)
    )
      continue;
    sections[block.section + 1]?.paragraphs.push(paper.text.slice(block.start, block.end));
  }
  return sections.filter((section) => section.level > 0 || section.paragraphs.length > 0);
}

/** The share of pages (for PDFs) whose text could be read. */
function coverageOf(paper: Paper): number {
  if (paper.pages.length === 0) return paper.text.trim() === "" ? 0 : 1;
  const read = paper.pages.filter((page) =>
    ["text", "invisibleText", "recognised", "empty"].includes(page.state),
  );
  return read.length / paper.pages.length;
}

const text: Command = {
  summary: "Read a paper (PDF, JATS or BioC, text) into sections and tables.",
  usage: "text FILE",
  options: passwordOption,
  async run({ positionals, values }, context) {
    const paper = await paperAt(onlyFile(positionals, "text FILE"), values, context);
    return {
      title: paper.title,
      doi: paper.doi,
      sections: structured(paper),
      tables: paper.tables.map(({ label, caption, rows, footnotes }) => ({
        label,
        caption,
        rows: rows.map((row) => row.map((cell) => cell.text)),
        footnotes,
      })),
      figures: paper.figures.map(({ label, caption }) => ({ label, caption })),
      pages: paper.pages.length,
      coverage: coverageOf(paper),
      warnings: paper.warnings,
    };
  },
};

const fieldsSchema = z.array(
  z.object({
    name: z.string().min(1),
    description: z.string().default(""),
    type: z.string().default("text"),
    perArm: z.boolean().default(false),
    unit: z.string().optional(),
    options: z.array(z.string()).optional(),
    outcome: z.string().optional(),
  }),
);

async function fieldsAt(path: unknown): Promise<Field[]> {
  if (typeof path !== "string")
    throw new AppError("usage", "extract needs fields: evidesk extract FILE… --fields F.json");
  const content = await readFile(path, "utf8").catch(() => {
    throw new AppError("notFound", `The fields file "${path}" cannot be read.`, { path });
  });
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (thrown) {
    throw new AppError(
      "badFile",
      `"${path}" is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      { path },
    );
  }
  const parsed = fieldsSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError(
      "badFile",
      `"${path}": ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a list of fields"}. A field is {name, description, type: ${fieldType.options.join(" | ")}, perArm?, outcome?}.`,
      { path },
    );
  }
  return parsed.data.map(({ unit, options, outcome, type, ...rest }, index): Field => ({
    ...rest,
    id: `field-${index + 1}`,
    type: fieldType.safeParse(type).data ?? "text",
    ...(unit === undefined ? {} : { unit }),
    ...(options === undefined ? {} : { options }),
    ...(outcome === undefined ? {} : { outcome }),
  }));
}

function asOutput({
  name,
  arm,
  value,
  unit,
  status,
  evidence,
  method,
  checks,
  registry,
}: Proposal & { registry?: Beside[] }) {
  return {
    name,
    ...(arm === undefined ? {} : { arm }),
    value,
    ...(unit === undefined ? {} : { unit }),
    status,
    quote: evidence?.quote ?? "",
    ...(evidence?.page === undefined ? {} : { page: evidence.page }),
    ...(evidence?.start === undefined ? {} : { start: evidence.start, end: evidence.end }),
    ...(evidence?.boxes === undefined ? {} : { boxes: evidence.boxes }),
    method,
    checks,
    ...(registry === undefined ? {} : { registry }),
  };
}

async function trialsAt(paths: CommandValues[string]): Promise<RegistryTrial[]> {
  const trials = [];
  for (const path of Array.isArray(paths) ? paths : []) {
    const file = String(path);
    const bytes = await readFile(file).catch(() => {
      throw new AppError("notFound", `The registry record "${file}" cannot be read.`, {
        path: file,
      });
    });
    const trial = trialIn(bytes);
    if (!trial)
      throw new AppError("badFile", `"${file}" is no JSON record of a registry.`, { path: file });
    trials.push(trial);
  }
  return trials;
}

async function marksOf(paper: Paper, context: CommandContext): Promise<Mark[]> {
  const { signal } = context;
  return markPaper(
    paper,
    (id, words) => context.call("models.tag", { id, text: words }, { signal }),
    signal,
  );
}

/** By the bundled packs and rules, or by the generation pack that was named. */
async function proposals(
  paper: Paper,
  fields: Field[],
  packId: unknown,
  context: CommandContext,
): Promise<Proposal[]> {
  if (typeof packId !== "string")
    return suggestFields(paper, fields, await marksOf(paper, context));
  const { call, seed, signal } = context;
  return proposeByModel(paper, fields, (prompt, asked) =>
    call("generation.ask", { packId, prompt, values: asked, seed }, { signal }),
  );
}

type Read = { file: string; paper: Paper };

const extract: Command = {
  summary: "Suggest values for fields, each with the words it came from.",
  usage: "extract FILE… --fields F.json [--pack ID] [--registry RECORD.json…]",
  options: {
    pack: { type: "string", help: "a generation pack that reads the paper (models list)" },
    registry: {
      type: "string",
      multiple: true,
      help: "ClinicalTrials.gov record (JSON, API version 2) of the papers that name its number",
    },
    fields: { type: "string", help: "JSON list of {name, description, type, perArm?, outcome?}" },
    ...passwordOption,
  },
  async run({ positionals, values }, context) {
    if (positionals.length === 0)
      throw new AppError(
        "usage",
        "extract needs at least one file: evidesk extract FILE… --fields F.json",
      );
    const fields = await fieldsAt(values["fields"]);
    const trials = await trialsAt(values["registry"]);
    const read = async (file: string): Promise<Read> => {
      context.signal.throwIfAborted();
      context.progress(`Reading ${file}`);
      return { file, paper: await paperAt(file, values, context) };
    };
    const suggest = async ({ file, paper }: Read) => {
      const found = await proposals(paper, fields, values["pack"], context);
      const numbers = nctNumbers(paper.text);
      const trial = trials.find(({ nct }) => numbers.includes(nct.value));
      if (!trial && trials.length > 0)
        context.progress(`${file} names none of the given registry records`);
      return {
        file,
        fields: (trial ? besidePaper(trial, fields, found) : found).map(asOutput),
        coverage: coverageOf(paper),
      };
    };
    /** One unreadable paper among many is that paper's failure; alone, it is the command's. */
    const orFailed = (file: string, thrown: unknown) => {
      const error = toErrorShape(thrown);
      if (positionals.length === 1 || error.code === "cancelled") throw thrown;
      context.failed(error.message);
      return {
        file,
        fields: fields.map(({ name }) => ({
          name,
          value: null,
          status: "failed",
          quote: "",
          method: error.code,
          checks: [],
        })),
        coverage: 0,
        error,
      };
    };
    const results = [];
    for (const group of inGroups(positionals)) {
      const papers: (Read | { file: string; thrown: unknown })[] = [];
      for (const file of group)
        papers.push(await read(file).catch((thrown: unknown) => ({ file, thrown })));
      const answer = async (one: (typeof papers)[number]) => {
        if ("thrown" in one) return orFailed(one.file, one.thrown);
        return suggest(one).catch((thrown: unknown) => orFailed(one.file, thrown));
      };
      if (typeof values["pack"] === "string")
        for (const one of papers) results.push(await answer(one));
      // Asked together, so that the queue runs them pack by pack; results keep the papers' order.
      else
        results.push(
          ...(await runAtLeisure({ isHeld: () => false }, () => Promise.all(papers.map(answer)))),
        );
    }
    return results;
  },
};

const questionOptions = {
  intervention: { type: "string", help: "the intervention" },
  comparator: { type: "string", help: "the comparator" },
  outcome: { type: "string", help: "the outcome" },
  ...passwordOption,
} as const;

function questionFrom(values: CommandValues, usage: string) {
  const { intervention, comparator, outcome } = values;
  if (
    typeof intervention !== "string" ||
    typeof comparator !== "string" ||
    typeof outcome !== "string"
  ) {
    throw new AppError(
      "usage",
      `--intervention, --comparator and --outcome are all needed: evidesk ${usage}`,
    );
  }
  return { intervention, comparator, outcome };
}

const resultsUsage = "extract-results FILE --intervention I --comparator C --outcome O [--pack ID]";
const extractResults: Command = {
  summary: "The numbers of one result: events, sizes, means and spreads per arm.",
  usage: resultsUsage,
  options: {
    ...questionOptions,
    pack: { type: "string", help: "a generation pack that reads the paper (models list)" },
  },
  async run({ positionals, values }, context) {
    const question = questionFrom(values, resultsUsage);
    const paper = await paperAt(onlyFile(positionals, resultsUsage), values, context);
    const packId = values["pack"];
    if (typeof packId !== "string") return findResult(paper, question);
    const { call, seed, signal } = context;
    return findResultByModel(paper, question, (asked) =>
      call("generation.ask", { packId, prompt: "trial-result", values: asked, seed }, { signal }),
    );
  },
};

const evidenceUsage = "evidence FILE --intervention I --comparator C --outcome O [--top K]";
const evidence: Command = {
  summary: "Evidence sentences for one comparison, and the direction they give.",
  usage: evidenceUsage,
  options: { ...questionOptions, top: { type: "string", help: "how many sentences (default 5)" } },
  async run({ positionals, values }, context) {
    const question = questionFrom(values, evidenceUsage);
    const top = Number(values["top"] ?? 5);
    if (!Number.isInteger(top) || top < 1)
      throw new AppError(
        "usage",
        `--top takes a whole number from 1, not "${String(values["top"])}".`,
      );
    const { direction, beliefs, sentences } = answerFrom(
      await paperAt(onlyFile(positionals, evidenceUsage), values, context),
      question,
    );
    return { direction, beliefs, sentences: sentences.slice(0, top) };
  },
};

export const commands: Record<string, Command> = {
  text,
  extract,
  "extract-results": extractResults,
  evidence,
};
