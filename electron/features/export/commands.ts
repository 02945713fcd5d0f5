/** `evidesk export`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportFormat } from "../../api/schemas/export.ts";
import { AppError } from "../../api/errors.ts";
import type { Command } from "../../command.ts";

const exportCommand: Command = {
  summary: "Write a review's tables, references and flow diagram, built from decisions.",
  usage:
    "export REVIEW --format csv|xlsx|docx|ris|bibtex|csl-json|revman|json|prisma-svg|prisma-csv|bundle --out DIR",
  options: {
    format: { type: "string", help: `one of ${exportFormat.options.join(", ")}` },
    reviewer: {
      type: "string",
      help: "whose decisions a bundle holds; else the machine's reviewer",
    },
    out: { type: "string", help: "folder to write to; made when absent" },
  },
  async run({ positionals: [review], values }, context) {
    const { out } = values;
    if (review === undefined || typeof out !== "string")
      throw new AppError(
        "usage",
        `${review === undefined ? "The review" : "--out"} is missing. Usage: evidesk ${this.usage}`,
      );
    const format = exportFormat.safeParse(values["format"]);
    if (!format.success)
      throw new AppError(
        "usage",
        `--format "${String(values["format"])}" is not one of ${exportFormat.options.join(", ")}.`,
      );
    const reviewId = await context.openReview(review);
    const { files, warnings } = await context.call("export.create", {
      reviewId,
      format: format.data,
      ...(typeof values["reviewer"] === "string" ? { reviewer: values["reviewer"] } : {}),
    });
    for (const warning of warnings) context.progress(warning);
    await mkdir(out, { recursive: true });
    const written = [];
    for (const file of files) {
      const path = join(out, file.name);
      await writeFile(path, await context.getAsset(file.assetId));
      written.push(path);
    }
    return { files: written };
  },
};

export const commands: Record<string, Command> = { export: exportCommand };
