import { expect, test } from "vitest";
import { readPaper } from "./read-paper.ts";
import { suggestFields } from "./suggest.ts";

type Infons = Record<string, string>;
const grid =
  "<table><thead><tr><th>Group</th><th>Deaths</th></tr></thead><tbody><tr><td>Drug &amp; care</td><td>3</td></tr></tbody></table>";
/** An article as PMC's BioC gives it: infons of sections, a table's title, markup and note, a figure in two parts. */
const passages: [Infons, string][] = [
  [
    { section_type: "TITLE", type: "front", "article-id_doi": "10.1000/BIOC" },
    "Drug against placebo",
  ],
  [{ section_type: "ABSTRACT", type: "abstract_title_1" }, "Background"],
  [{ section_type: "ABSTRACT", type: "abstract" }, "Pain is common."],
  [{ section_type: "METHODS", type: "title_1" }, "Methods"],
  [
    { section_type: "METHODS", type: "paragraph" },
    "A total of 96 adults were randomised to drug (n = 49) or placebo (n = 47).",
  ],
  [{ section_type: "TABLE", type: "table_caption", id: "T1" }, "Deaths in each group"],
  [
    { section_type: "TABLE", type: "table", id: "T1", xml: grid },
    "Group\tDeaths\tDrug & care\t3\t",
  ],
  [{ section_type: "TABLE", type: "table_footnote", id: "T1" }, "Within 30 days."],
  [{ section_type: "FIG", type: "fig_title_caption", id: "F1" }, "Flow of participants"],
  [{ section_type: "FIG", type: "fig_caption", id: "F1" }, "Numbers at each step."],
  [{ section_type: "REF", type: "title" }, "References"],
  [{ section_type: "REF", type: "ref" }, "A first trial."],
];
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const asXml = `<collection><document><id>1</id>${passages
  .map(
    ([infons, text]) =>
      `<passage>${Object.entries(infons)
        .map(([key, value]) => `<infon key="${key}">${escaped(value)}</infon>`)
        .join("")}<offset>0</offset><text>${escaped(text)}</text></passage>`,
  )
  .join("")}</document></collection>`;
const asJson = (documents = 1): string =>
  JSON.stringify([
    {
      bioctype: "BioCCollection",
      source: "PMC",
      documents: Array.from({ length: documents }, (_, at) => ({
        id: String(at),
        infons: {},
        passages: passages.map(([infons, text]) => ({
          offset: 0,
          infons,
          text,
          sentences: [],
          annotations: [],
        })),
      })),
    },
  ]);
const read = (text: string) => readPaper(new TextEncoder().encode(text));

test.each([
  ["XML", asXml],
  ["JSON", asJson()],
])(
  "BioC %s: sections, a whole table with caption and note, one figure of two parts",
  async (_, text) => {
    const paper = await read(text);
    expect(paper).toMatchObject({
      source: "bioc",
      title: "Drug against placebo",
      doi: "10.1000/bioc",
    });
    expect(paper.sections.map(({ role }) => role)).toEqual(
      expect.arrayContaining(["abstract", "methods", "references"]),
    );
    expect(paper.tables).toHaveLength(1);
    expect(paper.tables[0]).toMatchObject({
      label: "T1",
      caption: "Deaths in each group",
      footnotes: ["Within 30 days."],
    });
    expect(paper.tables[0]?.rows.map((row) => row.map((cell) => cell.text))).toEqual([
      ["Group", "Deaths"],
      ["Drug & care", "3"],
    ]);
    expect(paper.figures.map(({ label, caption }) => [label, caption])).toEqual([
      ["F1", "Flow of participants Numbers at each step."],
    ]);
    const field = {
      id: "n",
      name: "Sample size",
      description: "",
      type: "number",
      perArm: false,
    } as const;
    expect(suggestFields(paper, [field])[0]).toMatchObject({ value: "96", status: "verified" });
  },
);

test("BioC JSON that is cut, empty or of several articles says so", async () => {
  await expect(read(asJson().slice(0, -40))).rejects.toThrow(/BioC JSON is broken/);
  await expect(read('{"documents": [{"passages": [{"text": 1}]}]}')).rejects.toThrow(
    /no BioC document/,
  );
  await expect(read('{"documents": [{"passages": []}]}')).rejects.toThrow(/no text/);
  expect((await read(asJson(2))).warnings.join()).toContain("2 articles");
});
