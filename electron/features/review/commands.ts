/** `evidesk import` and `evidesk records`. */
import { AppError } from "../../api/errors.ts";
import type { Command } from "../../command.ts";

const importCommand: Command = {
  summary: "Add references to a review; the review is created when it is not there yet.",
  usage: "import REVIEW FILE…",
  options: {},
  async run({ positionals }, context) {
    const [review, ...paths] = positionals;
    if (review === undefined || paths.length === 0)
      throw new AppError(
        "usage",
        "import needs a review and at least one file: evidesk import REVIEW FILE…",
      );
    const files = await Promise.all(paths.map((path) => context.putAsset(path)));
    const reviewId = await context.openReview(review, { create: true });
    const reports = await context.call(
      "review.import",
      { reviewId, files },
      { signal: context.signal, emit: (event) => context.progress(event.label) },
    );
    const { records } = await context.call("review.get", { reviewId });
    return {
      imported: reports.reduce((sum, report) => sum + report.imported, 0),
      duplicates: reports.reduce((sum, report) => sum + report.duplicates, 0),
      rejected: reports.flatMap((report) => report.rejected),
      records,
    };
  },
};

const records: Command = {
  summary: "List a review's records.",
  usage: "records REVIEW",
  options: {},
  async run({ positionals: [review] }, context) {
    if (review === undefined)
      throw new AppError("usage", "records needs a review: evidesk records REVIEW");
    const reviewId = await context.openReview(review);
    return (await context.call("review.records", { reviewId, limit: 200_000 })).records;
  },
};

export const commands: Record<string, Command> = { import: importCommand, records };
