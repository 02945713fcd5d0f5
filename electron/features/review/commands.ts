/** `evidesk import` and `evidesk records`. */
import { AppError, toErrorShape } from "../../api/errors.ts";
import type { ImportReport } from "../../api/schemas/review.ts";
import type { Command, CommandContext } from "../../command.ts";

const importCommand: Command = {
  summary:
    "Add references to a review (created when it is not there yet), or merge bundles of decisions (*.bundle.json).",
  usage: "import REVIEW FILE…",
  options: {},
  async run({ positionals }, context) {
    const [review, ...paths] = positionals;
    if (review === undefined || paths.length === 0)
      throw new AppError(
        "usage",
        "import needs a review and at least one file: evidesk import REVIEW FILE…",
      );
    const { files, missing } = await stored(paths, context);
    const references = files.filter(({ name }) => !isBundle(name));
    // A bundle belongs to a review that is there; a new one could only be another review.
    const reviewId = await context.openReview(review, { create: references.length > 0 });
    const reports =
      references.length === 0
        ? []
        : await context.call(
            "review.import",
            { reviewId, files: references },
            { signal: context.signal, emit: (event) => context.progress(event.label) },
          );
    const bundles = [];
    for (const file of files.filter(({ name }) => isBundle(name)))
      bundles.push({
        file: file.name,
        ...(await context.call("team.importBundle", { reviewId, ...file })),
      });
    const { records } = await context.call("review.get", { reviewId });
    const imported = reports.reduce((sum, report) => sum + report.imported, 0);
    const duplicates = reports.reduce((sum, report) => sum + report.duplicates, 0);
    const rejected = [...missing, ...reports.flatMap((report) => report.rejected)];
    // A script must not take "nothing came in" for a success.
    if (rejected.length > 0 && imported + duplicates + bundles.length === 0)
      throw new AppError("badFile", `Nothing was imported. ${saidShort(rejected)}`, {
        imported,
        duplicates,
        rejected,
        records,
      });
    for (const report of reports)
      if (report.imported + report.duplicates === 0 && report.rejected.length > 0)
        context.failed(saidShort(report.rejected));
    return {
      imported,
      duplicates,
      rejected,
      records,
      ...(bundles.length > 0 ? { bundles } : {}),
    };
  },
};

/** Files that cannot be read are told and left out, so that the others come in; alone, such a file is the command's failure. */
async function stored(paths: readonly string[], context: CommandContext) {
  const files: { assetId: string; name: string }[] = [];
  const missing: ImportReport["rejected"] = [];
  for (const path of paths) {
    try {
      files.push(await context.putAsset(path));
    } catch (thrown) {
      if (paths.length === 1) throw thrown;
      const { message } = toErrorShape(thrown);
      context.failed(message);
      missing.push({ file: path, line: 0, reason: message });
    }
  }
  if (files.length === 0)
    throw new AppError("notFound", `Nothing was imported. ${saidShort(missing)}`, {
      rejected: missing,
    });
  return { files, missing };
}

function saidShort(rejected: ImportReport["rejected"]): string {
  const shown = rejected
    .slice(0, 3)
    .map(({ file, line, reason }) => (line > 0 ? `${file}, line ${line}: ${reason}` : reason));
  const more = rejected.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(" ");
}

const isBundle = (name: string): boolean => name.endsWith(".bundle.json");

const records: Command = {
  summary: "List a review's records.",
  usage: "records REVIEW",
  options: {},
  async run({ positionals: [review] }, context) {
    if (review === undefined)
      throw new AppError("usage", "records needs a review: evidesk records REVIEW");
    const reviewId = await context.openReview(review);
    return (await context.call("review.records", { reviewId, limit: 200_000, view: "outcome" }))
      .records;
  },
};

export const commands: Record<string, Command> = { import: importCommand, records };
