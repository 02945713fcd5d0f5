/** `evidesk audit verify`. */
import { AppError } from "../../api/errors.ts";
import type { Command } from "../../command.ts";

const audit: Command = {
  summary: "Check that nothing in a review was changed behind its audit trail.",
  usage: "audit verify REVIEW",
  options: {},
  async run({ positionals: [verb, review] }, context) {
    if (verb !== "verify" || review === undefined)
      throw new AppError("usage", "the audit command is: evidesk audit verify REVIEW");
    const reviewId = await context.openReview(review);
    return context.call("audit.verify", { reviewId });
  },
};

export const commands: Record<string, Command> = { audit };
