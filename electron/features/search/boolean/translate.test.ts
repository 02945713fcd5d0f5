import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inlined, type Target } from "./ast.ts";
import { printStrategy } from "./print.ts";
import { readStrategy } from "./strategy.ts";
import { translate } from "./translate.ts";

const pubmed = (text: string): string => translate(text, "ovid", "pubmed").query;

describe("Ovid to PubMed", () => {
  it.each([
    ["exp Glaucoma/", '"Glaucoma"[mh]'],
    ["Glaucoma/", '"Glaucoma"[mh:noexp]'],
    ["*Glaucoma/su", '"Glaucoma/surgery"[majr:noexp]'],
    ["glaucoma$.tw.", "glaucoma*[tiab]"],
    ["(randomised or randomized).ab.", "randomised[ab] OR randomized[ab]"],
    ["sore throat*.ti.", '"sore throat*"[ti]'],
    ["dt.fs.", '"drug therapy"[sh]'],
    ["exp animals/ not humans.sh.", '"animals"[mh] NOT "humans"[mh:noexp]'],
    ["(heart adj3 failure).ti,ab.", '"heart failure"[tiab:~2]'],
    ["(lung adj cancer).ti,ab.", '"lung cancer"[tiab]'],
    ["tumo?r.ti.", "(tumor[ti] OR tumour[ti])"],
    ["(a or b).ti. and c.ab. or d.ab.", "((a[ti] OR b[ti]) AND c[ab]) OR d[ab]"],
    ["Xpert*.ti. ab .", "Xpert*[tiab]"],
  ])("%s", (ovid, expected) => expect(pubmed(ovid)).toBe(expected));

  it("puts referenced lines in place, with ranges and limits", () => {
    const query = pubmed(
      "exp Asthma/\nasthma*.tw.\nor/1-2\nexercise.tw.\n3 and 4\nlimit 5 to ed=20100101-20201231",
    );
    expect(query).toBe(
      '("Asthma"[mh] OR asthma*[tiab]) AND exercise[tiab] AND ("2010/01/01"[edat] : "2020/12/31"[edat])',
    );
  });

  it("says so when proximity, a limit or a line cannot be carried over", () => {
    const { query, warnings } = translate(
      '(fail* adj5 heart).tw.\nlimit 1 to "reviews (maximizes specificity)"\n2 or 9',
      "ovid",
      "pubmed",
    );
    expect(query).toContain("fail*[tiab] AND heart[tiab]");
    expect(warnings.join(" ")).toMatch(/within 5 words.*|maximizes specificity/);
    expect(warnings.some((warning) => warning.includes("maximizes specificity"))).toBe(true);
  });
});

describe("PubMed and the others", () => {
  const query =
    '("Copper"[Mesh] OR Copper[tiab]) NOT (Animals[Mesh:NoExp] NOT Humans[Mesh]) AND "cross infection"[tiab:~2]';
  it.each([
    [
      "ovid",
      "((exp Copper/ or Copper.ti,ab,kf.) not (Animals/ not exp Humans/)) and (cross adj3 infection).ti,ab,kf.",
    ],
    [
      "central",
      '(([mh "Copper"] OR Copper:ti,ab,kw) NOT ([mh ^"Animals"] NOT [mh "Humans"])) AND (cross NEAR/3 infection):ti,ab,kw',
    ],
    [
      "embase",
      "(('copper'/exp OR Copper:ti,ab,kw) NOT ('animals'/de NOT 'humans'/exp)) AND (cross NEAR/3 infection):ti,ab,kw",
    ],
  ] as const)("to %s", (to, expected) =>
    expect(translate(query, "pubmed", to).query).toBe(expected),
  );

  it("reads PubMed from left to right and others with AND first", () => {
    expect(translate("a[ti] OR b[ti] AND c[ti]", "pubmed", "ovid").query).toBe(
      "((a or b) and c).ti.",
    );
    expect(translate("a.ti. or b.ti. and c.ti.", "ovid", "pubmed").query).toBe(
      "a[ti] OR (b[ti] AND c[ti])",
    );
  });

  it("follows #1 AND #2, MeSH descriptors and CENTRAL's ranges", () => {
    const { query: ovid } = translate(
      '#1 MeSH descriptor: [Heart Failure] explode all trees\n#2 (heart NEAR/3 failure):ti,ab,kw\n#3 {OR #1-#2}\n#4 [mh ^"Exercise"/PX]\n#5 #3 AND #4',
      "central",
      "ovid",
    );
    expect(ovid.split("\n")).toEqual([
      "exp Heart Failure/",
      "(heart adj3 failure).ti,ab,kf.",
      "1 or 2",
      "Exercise/px",
      "3 and 4",
    ]);
  });

  it("drops truncation for ClinicalTrials.gov and warns", () => {
    const { query: essie, warnings } = translate(
      "embol*[tiab] AND randomized controlled trial[pt]",
      "pubmed",
      "ctgov",
    );
    expect(essie).toBe("embol");
    expect(warnings).toHaveLength(2);
  });

  it("mends what it can and names it; refuses what holds no term", () => {
    expect(translate('(a[ti] OR "b[ti]', "pubmed", "pubmed").warnings.length).toBeGreaterThan(0);
    expect(() => translate("()", "pubmed", "ovid")).toThrow(/No search terms/);
  });
});

const folder = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text/boolean_queries/dev");
describe.skipIf(!existsSync(folder))(
  "published strategies (skipped where the shared data is absent)",
  () => {
    const rows = (name: string): Record<string, string>[] =>
      gunzipSync(readFileSync(join(folder, name)))
        .toString("utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const strategies = existsSync(folder)
      ? [
          ...rows("clef_tar_topics.jsonl.gz").map((row) => [row["topic"], row["query"]]),
          ...rows("seed_collection.jsonl.gz").flatMap((row) => [
            [`seed ${row["id"]}`, row["query"]],
            [`edited ${row["id"]}`, row["edited_search"]],
          ]),
        ]
      : [];

    it("reads every one and prints it back to the same tree; the other databases' forms read again", () => {
      const different: string[] = [];
      const present = strategies.filter(([, query]) => query);
      for (const [name = "", query = ""] of present) {
        const from: Target =
          /\[(?:tw|mesh|mh|tiab|ti|pt|title|all|sb)/i.test(query) &&
          !/\.(?:tw|ti|ab|mp)\b/.test(query)
            ? "pubmed"
            : "ovid";
        const strategy = readStrategy(query, from);
        const again = readStrategy(printStrategy(strategy, from).query, from);
        if (JSON.stringify(inlined(again)) !== JSON.stringify(inlined(strategy)))
          different.push(name);
        for (const to of ["pubmed", "ovid", "embase", "central"] as const) {
          const { query: printed } = printStrategy(strategy, to);
          expect(() => readStrategy(printed, to), `${name} to ${to}`).not.toThrow();
        }
      }
      expect(present.length).toBeGreaterThanOrEqual(116);
      expect(different).toEqual([]);
    });
  },
);
