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
    const verdict = await context.call("audit.verify", { reviewId });
    // A script that only looks at how the command ended must not take a broken trail for a sound one.
    if (!verdict.ok) context.failed("The audit trail is broken: see firstBad.");
    return verdict;
  },
};

export const commands: Record<string, Command> = { audit };
