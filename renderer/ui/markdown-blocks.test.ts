import { expect, test } from "vitest";
import { blocksOf } from "./markdown-blocks.ts";

test("a list right after a sentence runs into it", () => {
  expect(blocksOf("Goals:\n- child: 0.97\n- adult:\n  0.78\n\nAnd so on\nfurther")).toEqual([
    { kind: "paragraph", text: "Goals:" },
    { kind: "list", ordered: false, items: ["child: 0.97", "adult: 0.78"] },
    { kind: "paragraph", text: "And so on further" },
  ]);
});

test("a table loses a row, or what follows it", () => {
  expect(blocksOf("## Figures\n| a | b |\n| --- | ---: |\n| 1 |  |\n| 3 | 4 |\nAfter")).toEqual([
    { kind: "heading", text: "Figures" },
    {
      kind: "table",
      head: ["a", "b"],
      rows: [
        ["1", ""],
        ["3", "4"],
      ],
    },
    { kind: "paragraph", text: "After" },
  ]);
});

test("numbers and bullets are joined, a bar in a sentence is a table", () => {
  expect(blocksOf("1. one\n2. two\n- three\n\na | b")).toEqual([
    { kind: "list", ordered: true, items: ["one", "two"] },
    { kind: "list", ordered: false, items: ["three"] },
    { kind: "paragraph", text: "a | b" },
  ]);
});
