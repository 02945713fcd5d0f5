/** A read as DICOM SR: Comprehensive 3D SR with TID 1500 "Measurement Report" (PS3.16). */
import type { Report } from "../../../api/schemas/reading.ts";
import type { DicomFile } from "../dicom.ts";
import { patientAndStudy } from "../dicom-export.ts";
import { code, reference } from "../dicom-seg-writer.ts";
import { uid, writeDicom, type DicomElements } from "../dicom-writer.ts";

export type Coded = readonly [value: string, scheme: string, meaning: string];
/** One "Measurement Group": what was found where, and its numbers. */
export type GroupToWrite = {
  tracking: string;
  /** Kept as the tracking UID's seed, so that the same finding has the same one in every export. */
  id: string;
  finding: Coded | string;
  site?: string;
  measurements: { name: string; value: number; unit: string }[];
  note?: string;
  /** The image it was measured on, and the frame in it where it has several. */
  image?: { file: DicomFile; frame?: number };
  /** Corners in columns and rows of that image, the first pixel's centre at 0.5 as SR counts. */
  outline?: { type: "POINT" | "POLYLINE" | "ELLIPSE"; points: [number, number][] };
  /** A segment of a segmentation that is exported with the report. */
  segment?: { instance: string; number: number };
  algorithm?: { name: string; version: string };
};
type Item = DicomElements;
type Relation =
  | "CONTAINS"
  | "HAS CONCEPT MOD"
  | "HAS OBS CONTEXT"
  | "INFERRED FROM"
  | "SELECTED FROM";

const storage = "1.2.840.10008.5.1.4.1.1.88.34";
const segmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";

const coded = ([value, scheme, meaning]: Coded): DicomElements =>
  code(value, meaning.slice(0, 64), scheme);
const item = (
  relation: Relation,
  type: string,
  name: Coded | null,
  value: DicomElements,
  children: readonly Item[] = [],
): Item => ({
  "0040a010": ["CS", relation],
  "0040a040": ["CS", type],
  ...(name ? { "0040a043": ["SQ", [coded(name)]] as const } : {}),
  ...value,
  ...(children.length > 0 ? { "0040a730": ["SQ", children] as const } : {}),
});
const container = (name: Coded, children: readonly Item[], template?: string): Item =>
  item(
    "CONTAINS",
    "CONTAINER",
    name,
    {
      "0040a050": ["CS", "SEPARATE"],
      ...(template ? templateOf(template) : {}),
    },
    children,
  );
const templateOf = (id: string): DicomElements => ({
  "0040a504": ["SQ", [{ "00080105": ["CS", "DCMR"], "0040db00": ["CS", id] }]],
});
const text = (relation: Relation, name: Coded, value: string): Item =>
  item(relation, "TEXT", name, { "0040a160": ["UT", value] });
const codeItem = (relation: Relation, name: Coded, value: Coded): Item =>
  item(relation, "CODE", name, { "0040a168": ["SQ", [coded(value)]] });
const image = (
  relation: Relation,
  name: Coded | null,
  referenced: DicomElements,
  type = "IMAGE",
): Item => item(relation, type, name, { "00081199": ["SQ", [referenced]] });

const names: Record<string, Coded> = {
  length: ["410668003", "SCT", "Length"],
  "long axis": ["103339001", "SCT", "Long Axis"],
  "short axis": ["103340004", "SCT", "Short Axis"],
  area: ["42798000", "SCT", "Area"],
  volume: ["118565006", "SCT", "Volume"],
  angle: ["1483009", "SCT", "Angle"],
  mean: ["373098007", "SCT", "Mean"],
  "standard deviation": ["386136009", "SCT", "Standard Deviation"],
  minimum: ["255605001", "SCT", "Minimum"],
  maximum: ["56851009", "SCT", "Maximum"],
};
const units: Record<string, Coded> = {
  mm: ["mm", "UCUM", "millimeter"],
  mm2: ["mm2", "UCUM", "square millimeter"],
  ml: ["ml", "UCUM", "milliliter"],
  deg: ["deg", "UCUM", "degree"],
  "[hnsf'U]": ["[hnsf'U]", "UCUM", "Hounsfield unit"],
  SUVbw: ["{SUVbw}g/ml", "UCUM", "Standardized Uptake Value body weight"],
  px: ["{pixels}", "UCUM", "pixels"],
  px2: ["{pixels}", "UCUM", "pixels"],
  "1": ["1", "UCUM", "no units"],
};
/** Names without a code of a standard get one of our own, which says so. */
const own = (words: string): Coded => [
  words
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .slice(0, 16) || "FINDING",
  "99EVIDESK",
  words.slice(0, 64),
];

const number = (
  { name, value, unit }: GroupToWrite["measurements"][number],
  from: readonly Item[],
): Item =>
  item(
    "CONTAINS",
    "NUM",
    names[name.toLowerCase()] ?? own(name),
    {
      "0040a300": [
        "SQ",
        [
          {
            "004008ea": ["SQ", [coded(units[unit] ?? ["{unit}", "UCUM", unit || "unit"])]],
            "0040a30a": ["DS", value],
          },
        ],
      ],
    },
    from,
  );

const imageOf = ({ file, frame }: NonNullable<GroupToWrite["image"]>): DicomElements => ({
  ...reference(file),
  ...(frame === undefined ? {} : { "00081160": ["IS", frame] as const }),
});

function groupItem(group: GroupToWrite): Item {
  const finding = typeof group.finding === "string" ? own(group.finding) : group.finding;
  const drawn =
    group.image && group.outline
      ? [
          item(
            "INFERRED FROM",
            "SCOORD",
            null,
            {
              "00700022": ["FL", group.outline.points.flat()],
              "00700023": ["CS", group.outline.type],
            },
            [image("SELECTED FROM", null, imageOf(group.image))],
          ),
        ]
      : [];
  return container(
    ["125007", "DCM", "Measurement Group"],
    [
      text(
        "HAS OBS CONTEXT",
        ["112039", "DCM", "Tracking Identifier"],
        group.tracking.slice(0, 64),
      ),
      item("HAS OBS CONTEXT", "UIDREF", ["112040", "DCM", "Tracking Unique Identifier"], {
        "0040a124": ["UI", uid(`tracking ${group.id}`)],
      }),
      codeItem("CONTAINS", ["121071", "DCM", "Finding"], finding),
      ...(group.site
        ? [codeItem("HAS CONCEPT MOD", ["363698007", "SCT", "Finding Site"], own(group.site))]
        : []),
      ...(group.algorithm
        ? [
            text("HAS CONCEPT MOD", ["111001", "DCM", "Algorithm Name"], group.algorithm.name),
            text(
              "HAS CONCEPT MOD",
              ["111003", "DCM", "Algorithm Version"],
              group.algorithm.version,
            ),
          ]
        : []),
      ...(group.segment
        ? [
            image("CONTAINS", ["121191", "DCM", "Referenced Segment"], {
              "00081150": ["UI", segmentationStorage],
              "00081155": ["UI", group.segment.instance],
              "0062000b": ["US", group.segment.number],
            }),
          ]
        : []),
      ...(group.segment && group.image
        ? [
            image(
              "CONTAINS",
              ["121233", "DCM", "Source image for segmentation"],
              imageOf(group.image),
            ),
          ]
        : []),
      ...group.measurements.map((one) => number(one, drawn)),
      ...(group.note ? [text("CONTAINS", ["121106", "DCM", "Comment"], group.note)] : []),
    ],
    group.segment ? "1411" : "1501",
  );
}

const procedures: Record<string, Coded> = {
  CT: ["77477000", "SCT", "Computed tomography"],
  MR: ["113091000", "SCT", "Magnetic resonance imaging"],
  CXR: ["168537006", "SCT", "Plain radiography"],
  PT: ["82918005", "SCT", "Positron emission tomography"],
};

/** Study, series and instances that the report rests on (PS3.3 C.17.2). */
function evidence(
  source: readonly DicomFile[],
  segmentations: readonly { instance: string; series: string }[],
): DicomElements {
  const series = new Map<string, DicomElements[]>();
  for (const file of source)
    series.set(file.series, [...(series.get(file.series) ?? []), reference(file)]);
  for (const { instance, series: its } of segmentations)
    series.set(its, [
      ...(series.get(its) ?? []),
      { "00081150": ["UI", segmentationStorage], "00081155": ["UI", instance] },
    ]);
  return {
    "0020000d": ["UI", source[0]?.study ?? ""],
    "00081115": [
      "SQ",
      [...series].map(([id, instances]) => ({
        "0020000e": ["UI", id],
        "00081199": ["SQ", instances],
      })),
    ],
  };
}

/**
 * UNVERIFIED until a reader put a name under the report; measured and found groups as TID 1500 has them,
 * the report's sentences as text.
 */
export function writeReport({
  source,
  modality,
  report,
  groups,
  segmentations,
  reader,
}: {
  source: readonly DicomFile[];
  modality: string;
  report: Report | null;
  groups: readonly GroupToWrite[];
  segmentations: readonly { instance: string; series: string }[];
  reader: string;
}): Uint8Array {
  const fresh = uid();
  const now = new Date().toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
  const { "00200052": _frame, ...whose } = patientAndStudy(source[0], fresh);
  const verified = report?.verified ?? null;
  const sentences = (report?.sections ?? []).filter((section) => section.sentences.length > 0);
  return writeDicom({
    ...whose,
    "00080016": ["UI", storage],
    "00080018": ["UI", uid(`instance ${fresh}`)],
    "00080023": ["DA", now.slice(0, 8)],
    "00080033": ["TM", now.slice(8)],
    "00080005": ["CS", "ISO_IR 192"],
    "00080060": ["CS", "SR"],
    "0008103e": ["LO", "Measurements and findings, research use only"],
    "00081090": ["LO", "Evidesk"],
    "00081111": ["SQ", []],
    "00181000": ["LO", "none"],
    "00181020": ["LO", "1"],
    "0020000e": ["UI", fresh],
    "00200011": ["IS", 1],
    "00200013": ["IS", 1],
    "0040a040": ["CS", "CONTAINER"],
    "0040a043": ["SQ", [coded(["126000", "DCM", "Imaging Measurement Report"])]],
    "0040a050": ["CS", "SEPARATE"],
    ...(verified
      ? {
          "0040a073": [
            "SQ",
            [
              {
                "0040a027": ["LO", "not stated"],
                "0040a030": ["DT", verified.at.replaceAll(/[-:T]/g, "").slice(0, 14)],
                "0040a075": ["PN", verified.by],
                "0040a088": ["SQ", []],
              },
            ],
          ] as const,
        }
      : {}),
    "0040a372": ["SQ", []],
    "0040a375": ["SQ", [evidence(source, segmentations)]],
    "0040a491": ["CS", report ? "COMPLETE" : "PARTIAL"],
    "0040a493": ["CS", verified ? "VERIFIED" : "UNVERIFIED"],
    "0040a496": ["CS", verified ? "FINAL" : "PRELIMINARY"],
    ...templateOf("1500"),
    "0040a730": [
      "SQ",
      [
        codeItem(
          "HAS CONCEPT MOD",
          ["121049", "DCM", "Language of Content Item and Descendants"],
          ["en", "RFC5646", "English"],
        ),
        codeItem(
          "HAS OBS CONTEXT",
          ["121005", "DCM", "Observer Type"],
          ["121006", "DCM", "Person"],
        ),
        item("HAS OBS CONTEXT", "PNAME", ["121008", "DCM", "Person Observer Name"], {
          "0040a123": ["PN", verified?.by ?? (reader || "unknown")],
        }),
        codeItem(
          "HAS CONCEPT MOD",
          ["121058", "DCM", "Procedure Reported"],
          procedures[modality] ?? ["363679005", "SCT", "Imaging"],
        ),
        container(
          ["111028", "DCM", "Image Library"],
          [
            container(
              ["126200", "DCM", "Image Library Group"],
              source.map((file) => image("CONTAINS", null, reference(file))),
            ),
          ],
        ),
        container(["126010", "DCM", "Imaging Measurements"], groups.map(groupItem)),
        ...(sentences.length > 0
          ? [
              container(
                ["121070", "DCM", "Findings"],
                sentences.map((section) =>
                  text(
                    "CONTAINS",
                    section.id === "impression"
                      ? ["121073", "DCM", "Impression"]
                      : ["121071", "DCM", "Finding"],
                    `${section.title}: ${section.sentences.map((one) => one.text).join(" ")}`,
                  ),
                ),
              ),
            ]
          : []),
      ],
    ],
  });
}
