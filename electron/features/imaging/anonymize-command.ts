/** `evidesk anonymize`: files or folders of DICOM without what names the patient. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "../../command.ts";
import { AppError, toErrorShape } from "../../api/errors.ts";
import { deidentifyOption, type DeidentifyOption } from "../../api/schemas/imaging.ts";
import { deidentify, type Deidentified } from "./deidentify.ts";
import { isDicom } from "./dicom.ts";

function optionsFrom(text: unknown): Set<DeidentifyOption> {
  const names = typeof text === "string" ? text.split(",").filter((name) => name !== "") : [];
  return new Set(
    names.map((name) => {
      const known = deidentifyOption.options.find((option) => option === name.trim());
      if (known !== undefined) return known;
      throw new AppError(
        "usage",
        `--options "${name}" is not one of ${deidentifyOption.options.join(", ")}.`,
      );
    }),
  );
}

async function filesUnder(path: string): Promise<string[]> {
  const about = await stat(path).catch(() => {
    throw new AppError("notFound", `There is no file or folder "${path}".`, { path });
  });
  if (!about.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

export const anonymize: Command = {
  summary: "Copies of DICOM files without what names the patient (PS3.15 basic profile).",
  usage: "anonymize IN OUT [--options NAME,…] [--key TEXT]",
  options: {
    options: { type: "string", help: deidentifyOption.options.join(", ") },
    key: {
      type: "string",
      help: "the same key gives the same pseudonyms again; without it they cannot be told",
    },
  },
  async run({ positionals: [from, to], values }, context) {
    if (from === undefined || to === undefined)
      throw new AppError(
        "usage",
        `${from === undefined ? "IN" : "OUT"} is missing. Usage: evidesk ${this.usage}`,
      );
    const options = optionsFrom(values["options"]);
    const salt = typeof values["key"] === "string" ? values["key"] : randomUUID();
    const warnings: string[] = [];
    const failures: string[] = [];
    const files: string[] = [];
    const removed = new Set<string>();
    const replaced = new Set<string>();
    const single = /\.dcm$/i.test(to);
    const sources = await filesUnder(from);
    if (single && sources.length > 1)
      throw new AppError("usage", `"${from}" holds ${sources.length} files: OUT must be a folder.`);
    for (const source of sources) {
      context.signal.throwIfAborted();
      const made = await oneFile(source, { salt, options }, { warnings, failures });
      if (made === undefined) continue;
      // Names of files and folders may name the patient, too: numbers instead.
      const path = single ? to : join(to, `${String(files.length + 1).padStart(5, "0")}.dcm`);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, made.bytes);
      files.push(path);
      for (const tag of made.removed) removed.add(tag);
      for (const tag of made.replaced) replaced.add(tag);
    }
    for (const warning of warnings) context.progress(warning);
    for (const failure of failures) context.failed(failure);
    if (files.length === 0)
      throw new AppError(
        "badFile",
        `No file was written. ${failures[0] ?? warnings[0] ?? "There were none."}`,
        {
          warnings: [...warnings, ...failures],
        },
      );
    return {
      files,
      removed: [...removed].toSorted(),
      replaced: [...replaced].toSorted(),
      warnings: [...warnings, ...failures],
    };
  },
};

async function oneFile(
  path: string,
  how: { salt: string; options: ReadonlySet<DeidentifyOption> },
  { warnings, failures }: { warnings: string[]; failures: string[] },
): Promise<Deidentified | undefined> {
  const bytes = new Uint8Array(await readFile(path));
  if (!isDicom(bytes)) {
    warnings.push(`"${path}" is not DICOM and was left out.`);
    return undefined;
  }
  try {
    const made = deidentify(bytes, path, how);
    warnings.push(...made.warnings);
    return made;
  } catch (thrown) {
    failures.push(toErrorShape(thrown).message);
    return undefined;
  }
}
