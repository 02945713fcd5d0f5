import { expect, test } from "vitest";
import { AppError } from "../../api/errors.ts";
import { paperFromPlain } from "./plain.ts";
import { markPaper, type TagText } from "./tagging.ts";

const paper = paperFromPlain(
  "TITLE:\nA trial\n\nABSTRACT.METHODS:\nWe studied 58 older veterans.\n\nMETHODS:\nNothing that is to be marked.",
);
const signal = new AbortController().signal;

test("marks of a pack point at the paper's own text, and a pack that is not installed marks nothing", async () => {
  const tag: TagText = async (pack, text) => {
    if (pack !== "trial-facts") throw new AppError("notFound", `no pack ${pack}`);
    expect(text).not.toContain("Nothing that is");
    const start = text.indexOf("58");
    return [{ start, end: start + 2, label: "total-participants", text: "58", score: 0.9 }];
  };
  const [mark, ...more] = await markPaper(paper, tag, signal);
  expect(more).toEqual([]);
  expect(mark).toMatchObject({ pack: "trial-facts", text: "58" });
  expect(paper.text.slice(mark?.start, mark?.end)).toBe("58");
});

test("a pack that fails is an error, not an empty paper", async () => {
  const tag: TagText = async () => {
    throw new AppError("modelFailed", "NaN");
  };
  await expect(markPaper(paper, tag, signal)).rejects.toMatchObject({ code: "modelFailed" });
});
