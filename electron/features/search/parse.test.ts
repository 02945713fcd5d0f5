import { expect, it, describe } from "vitest";
import { AppError } from "../../api/errors.ts";
import { parseReferences } from "./parse.ts";

const parse = (text: string | Uint8Array, fileName = "export") =>
  parseReferences(typeof text === "string" ? Buffer.from(text) : text, { fileName });

const ris = (title: string, extra = ""): string =>
  `TY  - JOUR\nTI  - ${title}\nAU  - Müller, Anna\nPY  - 2019\nJO  - Lancet\nDO  - https://doi.org/10.1000/ABC.${title.length}\n${extra}ER  - \n\n`;

describe("RIS", () => {
  it("keeps complete records of a truncated file and rejects the cut one by its line", async () => {
    const { records, rejected } = await parse(
      ris("First") + ris("Second") + "TY  - JOUR\nTI  - Third is cut of",
      "cut.ris",
    );
    expect(records.map((record) => record.title)).toEqual(["First", "Second"]);
    expect(rejected).toEqual([
      { file: "cut.ris", line: 17, reason: expect.stringContaining("ends inside") },
    ]);
  });

  it("does not lose a record to a forgotten ER line", async () => {
    const { records } = await parse(ris("First").replace("ER  - \n", "") + ris("Second"));
    expect(records.map((record) => record.title)).toEqual(["First", "Second"]);
  });

  it("normalises DOI and year, decodes entities once-encoded and twice, keeps diacritics and unknown tags", async () => {
    const { records } = await parse(
      ris("Effects of &alpha;-tocopherol &amp;lt; 5 <i>in vivo</i>", "XX  - kept\n"),
    );
    expect(records[0]).toMatchObject({
      title: "Effects of α-tocopherol < 5 in vivo",
      authors: ["Müller, Anna"],
      year: 2019,
      doi: /^10\.1000\/abc\.\d+$/.exec(records[0]?.doi ?? "")?.[0],
    });
    expect(records[0]?.extra["XX"]).toEqual(["kept"]);
  });

  it("joins wrapped lines, even ones that begin like ER", async () => {
    const { records } = await parse(
      "TY  - JOUR\nTI  - One\nAB  - first line,\nER then second\n      third\nKW  - a\nb\nER  -\n",
    );
    expect(records[0]?.abstract).toBe("first line,\nER then second\nthird");
    expect(records[0]?.keywords).toEqual(["a", "b"]);
  });

  it("reads earlier screening labels from notes, not from words that resemble them", async () => {
    const { records } = await parse(
      ris("A", "N1  - ASReview_relevant\n") +
        ris("B", "N1  - ASReview_irrelevant\n") +
        ris("C", "N1  - relevant work\n"),
    );
    expect(records.map((record) => record.label)).toEqual([1, 0, undefined]);
  });

  it("takes a PMID from PubMed's own fields but not another database's accession number", async () => {
    const { records } = await parse(
      ris("A", "DB  - PubMed\nAN  - 26957754\n") +
        ris("B", "DB  - CINAHL\nAN  - 12345678\n") +
        ris("C", "U1  - 23690738[pmid]\n"),
    );
    expect(records.map((record) => record.pmid)).toEqual(["26957754", "", "23690738"]);
  });
});

describe("encodings", () => {
  const text = ris("Größe and naïveté");
  it.each([
    ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`)],
    ["UTF-16 little-endian with a mark", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["UTF-16 little-endian without one", Buffer.from(text, "utf16le")],
    ["UTF-16 big-endian", Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
    ["Latin-1", Buffer.from(text, "latin1")],
    ["old Macintosh line ends", Buffer.from(text.replaceAll("\n", "\r"))],
  ])("reads %s", async (_name, bytes) => {
    const { records } = await parse(bytes);
    expect(records[0]).toMatchObject({ title: "Größe and naïveté", authors: ["Müller, Anna"] });
  });

  it("reads Windows-1252 dashes and quotes, and UTF-8 beside it in one file", async () => {
    const mixed = Buffer.concat([
      Buffer.from(ris("Ünïcode first")),
      Buffer.from("TY  - JOUR\nTI  - 5\x9610 \x93mg\x94\nER  - \n", "latin1"),
    ]);
    expect((await parse(mixed)).records.map((record) => record.title)).toEqual([
      "Ünïcode first",
      "5–10 “mg”",
    ]);
  });

  it("does not split a character that two chunks share", async () => {
    const bytes = Buffer.from(ris("é".repeat(200)));
    async function* dribble() {
      for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
    }
    const { records } = await parseReferences(dribble(), { fileName: "x" });
    expect(records[0]?.title).toBe("é".repeat(200));
  });
});

describe("tables", () => {
  it("rejects one 200 MB line by number and keeps the rows around it", async () => {
    const chunk = Buffer.alloc(1 << 20, "x");
    async function* file() {
      yield Buffer.from("title,doi\nBefore,10.1/a\n");
      for (let megabyte = 0; megabyte < 200; megabyte += 1) yield chunk;
      yield Buffer.from("\nAfter,10.1000/b\n");
    }
    const before = process.memoryUsage().rss;
    const { records, rejected } = await parseReferences(file(), { fileName: "huge.csv" });
    expect(records.map((record) => record.title)).toEqual(["Before", "After"]);
    expect(rejected).toEqual([
      { file: "huge.csv", line: 3, reason: expect.stringContaining("209715200 characters") },
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * (1 << 20));
  });

  it("keeps quoted line breaks, an inch sign in a plain cell, and semicolons or tabs between cells", async () => {
    const rows =
      'title;abstract;authors;label_included\n"A; b";"line one\nline two";"Lee, K; Roy, P";1\nA 5" tube;x;Lee;0\n';
    const { records } = await parse(rows);
    expect(records).toMatchObject([
      { title: "A; b", abstract: "line one\nline two", authors: ["Lee, K", "Roy, P"], label: 1 },
      { title: 'A 5" tube', label: 0 },
    ]);
    expect((await parse(rows.replaceAll(";", "\t"))).records[1]?.title).toBe('A 5" tube');
  });

  it("rejects the row whose quote never closes, not the rest of the file", async () => {
    const { records, rejected } = await parse(
      'title,doi\n"open,10.1/a\nSecond,10.1000/b\nThird,10.1000/c\n',
    );
    expect(records.map((record) => record.title)).toEqual(["Second", "Third"]);
    expect(rejected[0]).toMatchObject({ line: 2, reason: expect.stringContaining("not closed") });
  });

  it("names the row that has more cells than the header", async () => {
    const { records, rejected } = await parse("title,doi\nOne,10.1000/a\nTwo,10.1000/b,surplus\n");
    expect(records).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ line: 3, reason: expect.stringContaining("3 cells") });
  });
});

describe("XML", () => {
  const article = (pmid: string, title: string) =>
    `<PubmedArticle><MedlineCitation><PMID Version="1">${pmid}</PMID><Article><Journal><JournalIssue><PubDate><MedlineDate>2010 Sep-Oct</MedlineDate></PubDate></JournalIssue><Title>Nurse educator</Title></Journal><ArticleTitle>${title}</ArticleTitle><ELocationID EIdType="doi">10.1097/NNE.0b013</ELocationID><Abstract><AbstractText Label="AIM">One &lt; two.</AbstractText><AbstractText>Plain <sub>2</sub>.</AbstractText></Abstract><AuthorList><Author><LastName>Coar</LastName><ForeName>J T</ForeName></Author><Author><CollectiveName>The Group</CollectiveName></Author></AuthorList></Article></MedlineCitation></PubmedArticle>`;
  const set = (inner: string, doctype = "") =>
    `<?xml version="1.0"?>\n${doctype}<PubmedArticleSet>\n${inner}\n</PubmedArticleSet>`;

  it("reads PubMed XML with mixed content, labels, groups and odd dates", async () => {
    const { format, records } = await parse(
      set(article("20729678", "The <i>APOE</i> locus &amp; more")),
    );
    expect(format).toBe("pubmed-xml");
    expect(records[0]).toMatchObject({
      title: "The APOE locus & more",
      pmid: "20729678",
      doi: "10.1097/nne.0b013",
      year: 2010,
      abstract: "AIM: One < two.\nPlain 2.",
      authors: ["Coar, J T", "The Group"],
    });
  });

  it("refuses an entity bomb by name and line before anything is expanded", async () => {
    const bomb = `<!DOCTYPE lolz [\n <!ENTITY lol "lol">\n <!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">\n]>\n`;
    await expect(parse(set(article("1", "&lol2;"), bomb))).rejects.toThrow(
      /declares entities of its own \(line 3\)/,
    );
    await expect(parse(`<?xml version="1.0"?>${bomb}<lolz>&lol2;</lolz>`)).rejects.toMatchObject({
      code: "badFile",
    });
  });

  it("keeps what came before a cut, and the records beside a broken one", async () => {
    const cut = set(`${article("1", "One")}\n${article("2", "Two")}`).slice(0, -400);
    const truncated = await parse(cut);
    expect(truncated.records.map((record) => record.title)).toEqual(["One"]);
    expect(truncated.rejected[0]).toMatchObject({
      line: 4,
      reason: expect.stringContaining("ends inside"),
    });
    const broken = await parse(
      set(`${article("1", "One")}${article("2", "<b>Two")}${article("3", "Three")}`),
    );
    expect(broken.records.map((record) => record.title)).toEqual(["One", "Three"]);
    expect(broken.rejected).toHaveLength(1);
  });

  it("reads EndNote XML written on one line", async () => {
    const { records } = await parse(
      `<?xml version="1.0"?><xml><records><record><rec-number>19</rec-number><ref-type name="Journal Article">17</ref-type><contributors><authors><author><style face="normal">Baird, J. K.</style></author></authors></contributors><titles><title><style face="normal">8-Aminoquinoline</style><style face="italic"> Therapy</style></title><secondary-title>Clin Rev</secondary-title></titles><dates><year>2019</year></dates></record></records></xml>`,
    );
    expect(records[0]).toMatchObject({
      id: "19",
      title: "8-Aminoquinoline Therapy",
      authors: ["Baird, J. K."],
      journal: "Clin Rev",
      year: 2019,
    });
  });
});

describe("other formats", () => {
  it("reads NBIB, and rejects the record that the file's end cuts", async () => {
    const record = (pmid: string) =>
      `PMID- ${pmid}\nDP  - 1996 Jul 9\nTI  - The structure of\n      bovine F1-ATPase.\nLID - 10.1073/PNAS.1 [doi]\nFAU - van Raaij, M J\nAU  - van Raaij MJ\nJT  - Proc Natl\nSO  - Proc Natl. 1996.\n\n`;
    const { records, rejected } = await parse(
      record("8692918") + record("8692919").split("JT  -")[0],
    );
    expect(records).toMatchObject([
      {
        pmid: "8692918",
        title: "The structure of bovine F1-ATPase.",
        authors: ["van Raaij, M J"],
        year: 1996,
        doi: "10.1073/pnas.1",
      },
    ]);
    expect(rejected[0]).toMatchObject({ line: 11 });
  });

  it("reads BibTeX accents, macros, group authors and an unbalanced brace in one field", async () => {
    const { records } = await parse(
      `@string{lan = "Lancet"}\n@article{key1,\n title = {{B}eta-blockers f{\\"u}r na{\\"\\i}ve},\n author = {Ludwig van Beethoven and {The {G}roup} and M\\'endez, Jos\\'e},\n journal = lan # { Oncology},\n year = 2001\n}\n@article{bad,\n  keywords = {@type:Person}, agency {},\n  title = {When sharing},\n}\n@misc{last, title={End}}\n`,
    );
    expect(records).toMatchObject([
      {
        title: "Beta-blockers für naïve",
        authors: ["van Beethoven, Ludwig", "The Group", "Méndez, José"],
        journal: "Lancet Oncology",
        year: 2001,
      },
      { title: "When sharing" },
      { title: "End" },
    ]);
  });

  it("reads Ovid's two layouts, Web of Science, Refer and CSL-JSON", async () => {
    expect(
      (
        await parse(
          "<1. >\nDB  - PsycINFO\nAU  - Kobori, Osamu\nTI  - A comparison. [References].\nSO  - Behav Psychother. Vol.43(5), Sep 2015, pp. 623-634.\nDO  - 10.1000/x\n",
        )
      ).records[0],
    ).toMatchObject({
      title: "A comparison",
      year: 2015,
      journal: "Behav Psychother",
      volume: "43",
      issue: "5",
      pages: "623-634",
    });
    expect(
      (
        await parse(
          "<5>\nAuthor\n  Bunkers, Sandra 1;  Fu, Qiong 1\nTitle\n  Listening.[Article]\nSource\n  Nursing Science Quarterly.   28(2):103-106, April 2015.\n",
        )
      ).records[0],
    ).toMatchObject({
      title: "Listening",
      authors: ["Bunkers, Sandra", "Fu, Qiong"],
      year: 2015,
      journal: "Nursing Science Quarterly",
      volume: "28",
    });
    expect(
      (
        await parse(
          "FN Clarivate\nVR 1.0\nPT J\nAU Li, Wei\n   Dou, Z\nTI Soil fauna at\n   a lake\nSO ECOSYSTEM\nPY 2020\nER\n\nEF\n",
        )
      ).records[0],
    ).toMatchObject({ title: "Soil fauna at a lake", authors: ["Li, Wei", "Dou, Z"], year: 2020 });
    expect(
      (await parse("%0 Journal Article\n%T How Trust\n%A Guo, W\n%D 2021\n%J MISQ\n")).records[0],
    ).toMatchObject({ title: "How Trust", journal: "MISQ" });
    expect(
      (
        await parse(
          '[{"type":"book","title":"Models","author":[{"family":"Bachar","given":"M"}],"issued":{"date-parts":[["2013",1]]}}]',
        )
      ).records[0],
    ).toMatchObject({ title: "Models", authors: ["Bachar, M"], year: 2013 });
  });

  it("judges by content, not by the name", async () => {
    expect((await parse(ris("A"), "records.csv")).format).toBe("ris");
    expect((await parse("title,abstract\nA,b\n", "records.ris")).format).toBe("csv");
  });

  it.each([
    ["", /is empty/],
    ["just some prose about trials.", /no reference export/],
    ["colour,size\nred,1\n", /no reference export/],
  ])("says what a file is not: %j", async (text, message) => {
    const thrown = await parse(text, "notes.txt").catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown).toMatchObject({ code: "badFile", message: expect.stringMatching(message) });
  });
});

it("a file of criteria is taken for a reference because it has a title", async () => {
  const criteria = JSON.stringify({ title: "A review", inclusion: "Adults", exclusion: "Mice" });
  await expect(parse(criteria)).rejects.toMatchObject({ code: "badFile" });
});

it("what Ovid writes after the last ER is told as a record that was lost", async () => {
  const ovid =
    "TY  - JOUR\nTI  - One\nAU  - A, B\nER  -\nNL  - J Clin Psychol\n\nLink to the text\n";
  const { records, rejected } = await parse(ovid);
  expect([records.length, rejected]).toEqual([1, []]);
});
