/**
 * Scores the importers against the expected parses that come with real exports of other tools.
 * Run: `node electron/features/search/export-score.ts [--verbose]`; needs the shared data folder.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { normaliseYear } from "./normalise.ts";
import { familyKey, foldedWords } from "./keys.ts";
import { parseReferences } from "./parse.ts";
import { emptyRecord, type ImportedRecord } from "./record.ts";

type Compared = { field: string; file: string; got: string; want: string; same: boolean };
export type FileScore = {
  file: string;
  format: string;
  records: number;
  rejected: { line: number; reason: string }[];
  expected: number | null;
  compared: Compared[];
};

const exportsFolder = join(
  process.env["EVIDESK_SHARED"] ?? "../shared",
  "data/text/reference_exports",
);

/** Unpacks the archive beside the plain ASReview files; undefined when the data is not there. */
export function openExports(): { folder: string; asreview: string; close: () => void } | undefined {
  const archive = join(exportsFolder, "dev/reference_exports.tar.gz");
  if (!existsSync(archive)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "evidesk-exports-"));
  execFileSync("tar", ["xzf", archive, "-C", folder]);
  return {
    folder,
    asreview: join(exportsFolder, "asreview/tests/demo_data"),
    close: () => rmSync(folder, { recursive: true }),
  };
}

async function recordsOf(
  bytes: Uint8Array,
  file: string,
): Promise<{
  format: string;
  records: ImportedRecord[];
  rejected: { line: number; reason: string }[];
}> {
  try {
    return await parseReferences(bytes, { fileName: basename(file) });
  } catch (thrown) {
    return {
      format: "none",
      records: [],
      rejected: [{ line: 1, reason: thrown instanceof Error ? thrown.message : String(thrown) }],
    };
  }
}

/** The path of the expected parse of `file`, when one lies beside it. */
function expectationOf(file: string): string | undefined {
  const stem = file.replace(/\.[^.]+$/, "");
  const candidates = [
    `${stem}_result.bib`,
    `${stem}-expected.bib`,
    `${stem}.bib`,
    stem.replace(/OvidImporterTest(\d)$/, "OvidImporterTestBib$1.bib"),
  ];
  return candidates.find((path) => path !== file && path.endsWith(".bib") && existsSync(path));
}

const families = (record: ImportedRecord): string => record.authors.map(familyKey).join(" ");

function compare(file: string, got: ImportedRecord, want: ImportedRecord): Compared[] {
  const fields: [string, string, string][] = [
    ["title", foldedWords(got.title), foldedWords(want.title)],
    ["authors", families(got), families(want)],
    ["year", String(got.year ?? ""), String(want.year ?? "")],
    ["journal", foldedWords(got.journal), foldedWords(want.journal)],
    ["doi", got.doi, want.doi],
    ["abstract", foldedWords(got.abstract), foldedWords(want.abstract)],
    ["volume", got.volume ?? "", want.volume ?? ""],
    ["issue", got.issue ?? "", want.issue ?? ""],
  ];
  return fields
    .filter(([, , expected]) => expected !== "" && expected !== "unknown")
    .map(([field, found, expected]) => ({
      field,
      file,
      got: found,
      want: expected,
      same: found === expected,
    }));
}

/** Pairs records by position when the counts agree and titles do, else by best title. */
function pair(got: ImportedRecord[], want: ImportedRecord[]): [ImportedRecord, ImportedRecord][] {
  const left = [...got];
  return want.flatMap((expected, index): [ImportedRecord, ImportedRecord][] => {
    const title = foldedWords(expected.title);
    const by = left.findIndex(
      (record) =>
        foldedWords(record.title) === title && (record.doi === expected.doi || expected.doi === ""),
    );
    const again = by >= 0 ? by : left.findIndex((record) => foldedWords(record.title) === title);
    const at =
      again >= 0
        ? again
        : got.length === want.length && left.includes(got[index] ?? left[0]!)
          ? left.indexOf(got[index]!)
          : 0;
    const [found] = left.splice(at, 1);
    return [[found ?? emptyRecord(0), expected]];
  });
}

async function scoreFile(file: string, name: string): Promise<FileScore> {
  const { format, records, rejected } = await recordsOf(readFileSync(file), file);
  const expectation = expectationOf(file);
  const want =
    expectation === undefined
      ? []
      : (await recordsOf(readFileSync(expectation), expectation)).records;
  const compared = pair(records, want).flatMap(([got, expected]) => compare(name, got, expected));
  return {
    file: name,
    format,
    records: records.length,
    rejected,
    expected: expectation === undefined ? null : want.length,
    compared,
  };
}

type Item = Record<string, unknown>;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function translatorRecord(item: Item): ImportedRecord {
  const record = emptyRecord(0);
  record.title = text(item["title"]).replaceAll(/<[^>]+>/g, "");
  const creators = Array.isArray(item["creators"]) ? (item["creators"] as Item[]) : [];
  const authors = creators.filter(
    (creator) => creator["creatorType"] === "author" || creator["creatorType"] === "inventor",
  );
  record.authors = authors.map(
    (creator) =>
      text(creator["lastName"]) + (creator["firstName"] ? `, ${text(creator["firstName"])}` : ""),
  );
  record.year = normaliseYear(text(item["date"]) || text(item["issueDate"]));
  record.journal = text(item["publicationTitle"] ?? item["bookTitle"] ?? item["proceedingsTitle"]);
  record.doi = text(item["DOI"])
    .toLowerCase()
    .replace(/^https?:\/\/(?:dx\.)?doi\.org\//, "");
  record.abstract = text(item["abstractNote"]);
  record.volume = text(item["volume"]);
  record.issue = text(item["issue"]);
  return record;
}

/** The translators' own tests: input text and expected items in one JSON file. */
async function scoreTranslatorTests(file: string, name: string): Promise<FileScore[]> {
  const tests = JSON.parse(readFileSync(file, "utf8")) as { input: string; items: Item[] }[];
  return Promise.all(
    tests.map(async ({ input, items }, index) => {
      const { format, records, rejected } = await recordsOf(Buffer.from(input), file);
      const want = items.map(translatorRecord);
      const label = `${name}#${index + 1}`;
      return {
        file: label,
        format,
        records: records.length,
        rejected,
        expected: want.length,
        compared: pair(records, want).flatMap(([got, expected]) => compare(label, got, expected)),
      };
    }),
  );
}

/** Scores every export of the data folder. */
export async function scoreExports(folder: string, asreview: string): Promise<FileScore[]> {
  const scores: FileScore[] = [];
  for (const root of [folder, asreview]) {
    for (const file of globSync("**/*.*", { cwd: root }).toSorted()) {
      const path = join(root, file);
      if (/translators/.test(file)) scores.push(...(await scoreTranslatorTests(path, file)));
      else scores.push(await scoreFile(path, relative(root, path)));
    }
  }
  return scores;
}

async function main(): Promise<void> {
  const data = openExports();
  if (data === undefined)
    return console.log(`No reference exports under ${exportsFolder}: nothing to score.`);
  const scores = await scoreExports(data.folder, data.asreview);
  data.close();
  const verbose = process.argv.includes("--verbose");
  const rows = scores.filter((score) => score.expected !== null);
  const compared = rows.flatMap((score) => score.compared);
  for (const miss of verbose ? compared.filter(({ same }) => !same) : [])
    console.log(
      `${miss.file} ${miss.field}\n   got  ${miss.got.slice(0, 200)}\n   want ${miss.want.slice(0, 200)}`,
    );
  const fields = [...new Set(compared.map(({ field }) => field))];
  console.log("field      compared  same     %");
  for (const field of fields) {
    const own = compared.filter((entry) => entry.field === field);
    const same = own.filter((entry) => entry.same).length;
    console.log(
      `${field.padEnd(10)} ${String(own.length).padStart(8)} ${String(same).padStart(5)} ${((100 * same) / own.length).toFixed(1).padStart(5)}`,
    );
  }
  console.log(
    `files ${new Set(scores.map(({ file }) => file.split("#")[0])).size}, with an expected parse ${rows.length}; record counts as expected in ${rows.filter((score) => score.records === score.expected).length}`,
  );
  for (const score of rows.filter((entry) => entry.records !== entry.expected))
    console.log(
      `  ${score.file}: ${score.records} of ${score.expected}; ${score.rejected.map(({ line, reason }) => `line ${line}: ${reason.slice(0, 70)}`).join("; ")}`,
    );
  const silent = scores.filter((score) => score.records === 0 && score.rejected.length === 0);
  console.log(
    `files with neither a record nor a reasoned rejection: ${silent.length} ${silent.map(({ file }) => file).join(" ")}`,
  );
  console.log(
    `records read ${scores.reduce((sum, score) => sum + score.records, 0)}, rejected ${scores.reduce((sum, score) => sum + score.rejected.length, 0)}`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
