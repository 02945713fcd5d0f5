/**
 * Import of 100,000 RIS records: records per second and peak memory of parsing and of the duplicate rule.
 * Run: `node electron/features/search/import.bench.ts [records]`. The records are varied copies of the
 * bundled sample's (or of the shared exports where they are): other titles, ids, years and pages; one in
 * ten repeats an earlier one.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findDuplicates } from "./deduplicate.ts";
import { toComparable } from "./comparable.ts";
import { deduplicate } from "./dedupe.ts";
import { parseReferences } from "./parse.ts";

const wanted = Number(process.argv[2] ?? 100_000);
const megabyte = 1024 * 1024;

/** Real RIS records as text, without their DOI, year and title lines. */
function realRecords(): { title: string; rest: string }[] {
  const sample = "samples/review/references.ris";
  const shared = join(
    process.env["EVIDESK_SHARED"] ?? "../shared",
    "data/text/reference_exports/asreview/tests/demo_data",
  );
  const files = [
    sample,
    ...globSync("{_baseline,scopus,ovid_psycinfo}.ris", { cwd: shared }).map((name) =>
      join(shared, name),
    ),
  ].filter((file) => existsSync(file));
  return files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split(/^ER {2}-.*$/m)
      .flatMap((text) => {
        const title = /^(?:TI|T1) {2}- (.+)$/m.exec(text)?.[1];
        if (title === undefined) return [];
        return [
          {
            title: title.trim(),
            rest: text
              .replace(/^\ufeff/, "")
              .replaceAll(
                /^(?:TI|T1|DO|PY|Y1|TY|AN|SP|UR|U1|L1|L2|L3|M3|N1|ID|C2|ER) {2}-.*\r?\n/gm,
                "",
              )
              .trim(),
          },
        ];
      }),
  );
}

const words =
  "early late mild severe acute chronic rural urban adult infant male female first second repeated brief long open closed single double".split(
    " ",
  );

/** Chunks of about 256 KiB, so that the file itself is never whole in memory. */
async function* risFile(count: number): AsyncGenerator<Uint8Array> {
  const real = realRecords();
  let text: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = index % 10 === 9 ? index - 7 : index;
    const { title, rest } = real[at % real.length] ?? { title: "", rest: "" };
    const year = 1970 + (at % 55);
    const marked = `${title} ${words[at % words.length]} ${words[(at >> 4) % words.length]} group ${at}`;
    text.push(
      `TY  - JOUR\r\nTI  - ${marked}\r\nPY  - ${year}\r\nSP  - ${at % 1500}\r\n${at % 3 === 0 ? `DO  - 10.1234/${at.toString(36)}\r\n` : ""}${rest}\r\nER  - \r\n\r\n`,
    );
    if (text.length === 150) {
      yield Buffer.from(text.join(""));
      text = [];
    }
  }
  yield Buffer.from(text.join(""));
}

let peak = 0;
const watch = (): void => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
const timer = setInterval(watch, 20);
let bytes = 0;
async function* counted(): AsyncGenerator<Uint8Array> {
  for await (const chunk of risFile(wanted)) {
    bytes += chunk.length;
    watch();
    yield chunk;
  }
}

const before = process.memoryUsage.rss();
const started = performance.now();
const { records, rejected } = await parseReferences(counted(), { fileName: "bench.ris" });
const parsed = performance.now();
watch();
const verdicts = findDuplicates(
  [],
  records.map((record, id) => ({ ...record, id })),
);
const judged = performance.now();
watch();
const afterImport = peak;
const { groups } = deduplicate(records.map(toComparable));
const grouped = performance.now();
watch();
clearInterval(timer);

const perSecond = (ms: number): string => Math.round((wanted / ms) * 1000).toLocaleString("en");
console.log(
  `records ${records.length} of ${wanted} (${(bytes / megabyte).toFixed(0)} MB of RIS), rejected ${rejected.length}`,
);
console.log(
  `parse              ${(parsed - started).toFixed(0).padStart(7)} ms  ${perSecond(parsed - started)} records/s`,
);
console.log(
  `import duplicates  ${(judged - parsed).toFixed(0).padStart(7)} ms  ${perSecond(judged - parsed)} records/s, ${verdicts.filter((verdict) => verdict !== null).length} found`,
);
console.log(
  `dedupe command     ${(grouped - judged).toFixed(0).padStart(7)} ms  ${perSecond(grouped - judged)} records/s, ${groups.length} groups`,
);
console.log(
  `peak memory        ${(afterImport / megabyte).toFixed(0)} MB after import, ${(peak / megabyte).toFixed(0)} MB after dedupe (${(before / megabyte).toFixed(0)} MB before)`,
);
