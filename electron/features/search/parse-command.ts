/** `evidesk parse` and `evidesk dedupe`: reference files to records and to duplicate groups, nothing stored. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Command } from "../../command.ts";
import { AppError, toErrorShape } from "../../api/errors.ts";
import { toComparable } from "./comparable.ts";
import { deduplicate } from "./dedupe.ts";
import { parseReferences, type Parsed } from "./parse.ts";

async function readFileRecords(path: string, signal: AbortSignal): Promise<Parsed> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || !info.isFile())
    throw new AppError("notFound", `"${path}" is no file that can be read.`, { path });
  return parseReferences(createReadStream(path, { highWaterMark: 1 << 18 }), {
    fileName: basename(path),
    signal,
  });
}

export const parse: Command = {
  summary: "Read a reference export and show its records; nothing is stored.",
  usage: "parse FILE",
  options: {},
  async run({ positionals: [path] }, context) {
    if (path === undefined) throw new AppError("usage", "parse needs a file: evidesk parse FILE");
    const { format, records, rejected } = await readFileRecords(path, context.signal);
    const source = basename(path);
    return {
      format,
      records: records.map(({ line: _line, extra, ...record }, index) => ({
        ...record,
        id: record.id ?? String(index),
        source,
        decision: null,
        extra,
      })),
      rejected,
    };
  },
};

export const dedupe: Command = {
  summary: "Find the records that repeat each other, in one or more reference exports.",
  usage: "dedupe FILE…",
  options: {},
  async run({ positionals: paths }, context) {
    if (paths.length === 0)
      throw new AppError("usage", "dedupe needs at least one file: evidesk dedupe FILE…");
    const files: { path: string; parsed: Parsed }[] = [];
    for (const path of paths)
      try {
        files.push({ path, parsed: await readFileRecords(path, context.signal) });
      } catch (thrown) {
        // One unreadable file among many is that file's failure; alone, it is the command's.
        const { code, message } = toErrorShape(thrown);
        if (paths.length === 1 || code === "cancelled") throw thrown;
        context.failed(message);
      }
    if (files.length === 0) throw new AppError("notFound", "None of the files could be read.");
    for (const { line, file, reason } of files.flatMap(({ parsed }) => parsed.rejected))
      context.progress(`${file}, line ${line}: ${reason}`);
    return deduplicate(identified(files));
  },
};

/**
 * Ids are the input's own (an id column, or CSL's id) where all of a file's records have one and none
 * twice, else 0-based row numbers; rejected rows are counted too, and rows go on counting over several
 * files. An own id that two files both use is prefixed by its file.
 */
function identified(files: { path: string; parsed: Parsed }[]) {
  let before = 0;
  const all = files.flatMap(({ path, parsed }) => {
    const { format, records, rejected } = parsed;
    const own = new Set(records.map((record) => record.id ?? ""));
    const usable =
      (format === "csv" || format === "csl-json") && own.size === records.length && !own.has("");
    const row = rowNumbers(parsed, before);
    before += records.length + rejected.length;
    return records.map((record, index) => {
      const { id: _id, ...anonymous } = record;
      return {
        file: basename(path),
        record: toComparable(usable ? record : anonymous, row[index] ?? index),
      };
    });
  });
  const uses = new Map<string, number>();
  for (const { record } of all) uses.set(record.id, (uses.get(record.id) ?? 0) + 1);
  return all.map(({ file, record }) =>
    (uses.get(record.id) ?? 0) > 1 ? { ...record, id: `${file}:${record.id}` } : record,
  );
}

function rowNumbers({ records, rejected }: Parsed, before: number): number[] {
  const failed = rejected.map(({ line }) => line).toSorted((one, other) => one - other);
  let skipped = 0;
  return records.map(({ line }, index) => {
    while (skipped < failed.length && (failed[skipped] ?? 0) < line) skipped += 1;
    return before + index + skipped;
  });
}
