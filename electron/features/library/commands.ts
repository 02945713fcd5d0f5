/** `evidesk ask`: a question to a review's own records and papers. */
import { AppError } from "../../api/errors.ts";
import type { Command } from "../../command.ts";

const ask: Command = {
  summary: "Answer a question from a review's records and papers alone, with citations.",
  usage: "ask REVIEW --question TEXT [--pack ID] [--top K]",
  options: {
    question: { type: "string", help: "the question, in words" },
    pack: {
      type: "string",
      help: "a generation pack that answers (models list); else the passages themselves",
    },
    top: { type: "string", help: "how many passages at most, 1 to 20 (default 8)" },
  },
  async run({ positionals: [review, extra], values }, context) {
    const { question, pack, top = "8" } = values;
    if (review === undefined || extra !== undefined || typeof question !== "string")
      throw new AppError("usage", `A review and --question are needed: evidesk ${this.usage}`);
    const count = Number(top);
    if (!Number.isInteger(count) || count < 1 || count > 20)
      throw new AppError("usage", `--top takes a whole number from 1 to 20, not "${String(top)}".`);
    const reviewId = await context.openReview(review);
    if (typeof pack === "string") {
      const packs = await context.call("models.list", {});
      const host = packs.find(({ id }) => id === pack)?.sendsTo;
      if (host) context.progress(`The question and the passages given go to ${host}.`);
    }
    const answer = await context.call(
      "library.ask",
      {
        reviewId,
        question,
        top: count,
        seed: context.seed,
        ...(typeof pack === "string" ? { packId: pack } : {}),
      },
      { signal: context.signal, emit: ({ label }) => context.progress(label) },
    );
    for (const { name, reason } of answer.library.unread)
      context.progress(`${name} is not in the library: ${reason}`);
    if (answer.absent.length > 0)
      context.progress(`Nowhere in your library: ${answer.absent.join(", ")}`);
    if (!answer.found) context.progress("Not in your library");
    return {
      found: answer.found,
      sentences: answer.sentences.map(({ text, passages, unsupported }) => ({
        text,
        passages,
        ...(unsupported.length > 0 ? { unsupported } : {}),
      })),
      passages: answer.passages.map(({ n, recordId, title, text, page, section }) => ({
        n,
        record: recordId,
        title,
        quote: text,
        ...(page === null ? {} : { page }),
        ...(section === "" ? {} : { section }),
      })),
      dropped: answer.dropped,
      ...(answer.model === null ? {} : { model: answer.model }),
    };
  },
};

export const commands: Record<string, Command> = { ask };
