import { expect, test } from "vitest";
import { paperFromJats } from "./jats.ts";
import { readPaper } from "./read-paper.ts";

const article = `<?xml version="1.0"?><article><front><article-meta><article-id pub-id-type="doi">10.1000/ABC.1</article-id>
<title-group><article-title>Drug X for <italic>Y</italic></article-title></title-group>
<abstract><sec><title>Results</title><p>Pain fell (p &lt; 0.01).</p></sec></abstract></article-meta></front>
<body><sec><title>Methods</title><p>We gave 10 mg<sup>2</sup> daily.</p>
<sec><title>Participants</title><p>Adults.</p></sec>
<table-wrap><label>Table 1</label><caption><p>Outcomes</p></caption><table><thead><tr><th rowspan="2">Item</th><th colspan="2">Group</th></tr><tr><th>A</th><th>B</th></tr></thead>
<tbody><tr><td>Death</td><td>1</td><td>2</td></tr></tbody></table><table-wrap-foot><p>Note</p></table-wrap-foot></table-wrap></sec></body>
<back><ref-list><ref><mixed-citation>Smith 1999</mixed-citation></ref></ref-list></back></article>`;

test("sections keep level and part, subsections take their parent's part", () => {
  const paper = paperFromJats(article);
  expect(paper.title).toBe("Drug X for Y");
  expect(paper.doi).toBe("10.1000/abc.1");
  expect(paper.sections.map(({ title, level, role }) => [title, level, role])).toEqual([
    ["Abstract", 1, "abstract"],
    ["Results", 2, "abstract"],
    ["Methods", 1, "methods"],
    ["Participants", 2, "methods"],
    ["References", 1, "references"],
  ]);
  expect(paper.text).toContain("10 mg2 daily");
});

test("table cells keep spans and heads, and their offsets point at their text", () => {
  const paper = paperFromJats(article);
  const [table] = paper.tables;
  expect(
    table?.rows.map((row) =>
      row.map((cell) => [cell.text, cell.columnSpan, cell.rowSpan, cell.header]),
    ),
  ).toEqual([
    [
      ["Item", 1, 2, true],
      ["Group", 2, 1, true],
    ],
    [
      ["A", 1, 1, true],
      ["B", 1, 1, true],
    ],
    [
      ["Death", 1, 1, false],
      ["1", 1, 1, false],
      ["2", 1, 1, false],
    ],
  ]);
  for (const cell of table?.rows.flat() ?? [])
    expect(paper.text.slice(cell.start, cell.end)).toBe(cell.text);
});

test("an entity bomb is not expanded", () => {
  const bomb = `<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;&l;&l;"><!ENTITY n "&m;&m;&m;&m;&m;&m;&m;&m;">]><article><body><p>Text &n; here</p></body></article>`;
  const paper = paperFromJats(bomb);
  expect(paper.text).not.toContain("lol");
  expect(paper.text).toContain("Text &n; here");
});

test("unpaired tags of an article are mended with a warning; other broken XML is refused with its line", () => {
  const paper = paperFromJats(
    "<abstract><p>One <b>two</p></abstract></sec><sec><title>Results</title><p>Three < four</p>",
  );
  expect(paper.text).toContain("One two");
  expect(paper.text).toContain("Three < four");
  expect(paper.warnings[0]).toContain("broken at line");
  expect(() => paperFromJats("<data><row></data>")).toThrow(/line 1/);
  expect(() => paperFromJats("<html><head></head></html>")).toThrow(/no article text/);
});

test("BioC passages and Markdown tables come to the same structure", async () => {
  const bioc = `<collection><document><passage><infon key="section_type">TITLE</infon><infon key="type">front</infon><text>A title</text></passage>
<passage><infon key="section_type">METHODS</infon><infon key="type">title_1</infon><text>Methods</text></passage>
<passage><infon key="section_type">METHODS</infon><infon key="type">paragraph</infon><text>We did.</text></passage></document></collection>`;
  const fromBioc = paperFromJats(bioc);
  expect(fromBioc).toMatchObject({ source: "bioc", title: "A title" });
  expect(fromBioc.sections[0]).toMatchObject({ title: "Methods", role: "methods" });
  const markdown =
    "# Results\n\nSome text.\n\n  Outcome   A (n = 3)   B\n  --------- ----------- ------\n  Death     1           2\n  Pain      4           5\n\nAfter.";
  const paper = await readPaper(new TextEncoder().encode(markdown));
  expect(paper.tables[0]?.rows.map((row) => row.map((cell) => cell.text))).toEqual([
    ["Outcome", "A (n = 3)", "B"],
    ["Death", "1", "2"],
    ["Pain", "4", "5"],
  ]);
  expect(paper.text).toContain("After.");
});
