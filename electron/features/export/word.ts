/**
 * "Characteristics of included studies" as a Word document in the layout of Cochrane reviews: one
 * table a study with methods, participants, interventions, outcomes and notes (Cochrane Handbook,
 * chapter 5, data items), each value with the number of its source in the list at the end.
 */
import type { ReviewRecord } from "../../api/schemas/review.ts";
import type { CharacteristicsTable, ExportField, ProvenanceRow } from "./cells.ts";

const sections = ["Methods", "Participants", "Interventions", "Outcomes", "Notes"] as const;
export type Section = (typeof sections)[number];

const signs: [RegExp, Section][] = [
  [/outcome|result|end ?point|measure/i, "Outcomes"],
  [/intervention|comparator|control|treatment|arms?\b|dose/i, "Interventions"],
  [
    /population|participant|sample|group size|age|sex|women|setting|country|condition|baseline/i,
    "Participants",
  ],
  [/design|method|random|blind|allocation|follow|duration|analysis/i, "Methods"],
];

/** Where a field stands in the table; what no section claims is a note. */
export function sectionOf(field: ExportField): Section {
  return signs.find(([sign]) => sign.test(field.name))?.[1] ?? "Notes";
}

export type StudyTable = {
  label: string;
  citation: string;
  rows: { section: Section; entries: { text: string; sources: number[] }[] }[];
};
export type Characteristics = { studies: StudyTable[]; sources: string[] };

/** The document's content, pure: every exported value once, and the sources in order of mention. */
export function characteristicsOf(
  table: CharacteristicsTable,
  records: readonly ReviewRecord[],
  fields: readonly ExportField[],
): Characteristics {
  const sources: string[] = [];
  const numberOf = (row: ProvenanceRow): number[] => {
    if (row.quote === "") return [];
    const source = `${row.study}${row.page === "" ? "" : `, page ${row.page}`}: “${row.quote}” (${[
      row.suggestedBy && `suggested by ${row.suggestedBy}`,
      `${row.state} by ${row.decidedBy}`,
    ]
      .filter(Boolean)
      .join("; ")})`;
    const known = sources.indexOf(source);
    return [known < 0 ? sources.push(source) : known + 1];
  };
  const studies = records.map((record): StudyTable => {
    const mine = table.provenance.filter(
      (row) => row.recordId === record.id && row.state !== "rejected",
    );
    return {
      label: mine[0]?.study ?? record.title,
      citation: [
        record.authors.join("; "),
        record.title,
        [record.journal, record.year].filter(Boolean).join(" "),
        record.doi && `https://doi.org/${record.doi}`,
      ]
        .filter(Boolean)
        .join(". "),
      rows: sections.map((section) => ({
        section,
        entries: fields
          .filter((field) => sectionOf(field) === section)
          .flatMap((field) => {
            const rows = mine.filter((row) => row.field === field.name);
            if (rows.length === 0) return [];
            const text = rows
              .map((row) => (row.arm ? `${row.arm}: ${row.value}` : row.value))
              .join("; ");
            return [{ text: `${field.name}: ${text}`, sources: rows.flatMap(numberOf) }];
          }),
      })),
    };
  });
  return { studies, sources };
}

export async function toDocx(
  { studies, sources }: Characteristics,
  about: { title: string },
): Promise<Uint8Array> {
  const word = await import("docx");
  const { Paragraph, TextRun, HeadingLevel, Table, TableRow, TableCell, WidthType } = word;
  const cell = (children: InstanceType<typeof Paragraph>[], share: number) =>
    new TableCell({ children, width: { size: share, type: WidthType.PERCENTAGE } });
  const tableOf = ({ rows }: StudyTable) =>
    new Table({
      width: { size: 100, type: WidthType.PERCENTAGE },
      rows: rows.map(
        ({ section, entries }) =>
          new TableRow({
            children: [
              cell([new Paragraph({ children: [new TextRun({ text: section, bold: true })] })], 20),
              cell(
                (entries.length > 0 ? entries : [{ text: "", sources: [] }]).map(
                  ({ text, sources: from }) =>
                    new Paragraph({
                      children: [
                        new TextRun(text),
                        ...(from.length > 0
                          ? [new TextRun({ text: ` [${from.join(", ")}]`, superScript: true })]
                          : []),
                      ],
                    }),
                ),
                80,
              ),
            ],
          }),
      ),
    });
  const document = new word.Document({
    creator: "Evidesk",
    title: about.title,
    sections: [
      {
        children: [
          new Paragraph({ text: about.title, heading: HeadingLevel.TITLE }),
          new Paragraph({
            text: "Characteristics of included studies",
            heading: HeadingLevel.HEADING_1,
          }),
          ...studies.flatMap((study) => [
            new Paragraph({ text: study.label, heading: HeadingLevel.HEADING_2 }),
            tableOf(study),
            new Paragraph(study.citation),
          ]),
          ...(studies.length === 0 ? [new Paragraph("No study is included yet.")] : []),
          new Paragraph({ text: "Where the values come from", heading: HeadingLevel.HEADING_1 }),
          ...sources.map((source, index) => new Paragraph(`${index + 1}. ${source}`)),
        ],
      },
    ],
  });
  return new Uint8Array(await word.Packer.toBuffer(document));
}
