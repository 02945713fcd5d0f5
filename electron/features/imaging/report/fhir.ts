/** A read as a FHIR R4 DiagnosticReport with its observations contained (hl7.org/fhir/R4/diagnosticreport.html). */
import type { Measurement, Report } from "../../../api/schemas/reading.ts";
import type { Study } from "../../../api/schemas/imaging.ts";

const loinc: Record<string, [code: string, display: string]> = {
  cxr: ["36643-5", "XR Chest 2 Views"],
  "ct-chest": ["24627-2", "CT Chest"],
  "mr-brain": ["24590-2", "MR Brain"],
  general: ["18748-4", "Diagnostic imaging study"],
};
/** UCUM codes; pixels are counted in an annotation, which is UCUM too. */
const ucum: Record<string, string> = { px: "{pixels}", px2: "{pixels}" };

type Json = Record<string, unknown>;

/**
 * `preliminary` until a named reader verified it, then `final`. The patient is named only by the
 * identifier that the images carry; without images in DICOM there is no subject.
 */
export function fhirReport({
  study,
  report,
  measurements,
  patientId,
  studyDate,
}: {
  study: Pick<Study, "id" | "images">;
  report: Report;
  measurements: readonly Measurement[];
  patientId: string;
  /** DICOM date, or "". */
  studyDate: string;
}): Json {
  const [code, display] = loinc[report.templateId] ?? (loinc["general"] as [string, string]);
  const day = /^(\d{4})(\d{2})(\d{2})$/.exec(studyDate);
  const subject = patientId ? { subject: { identifier: { value: patientId } } } : {};
  const status = report.verified ? "final" : "preliminary";
  const observations = measurements.flatMap((measurement) =>
    measurement.values.map((value, at): Json => ({
      resourceType: "Observation",
      id: `m${measurements.indexOf(measurement) + 1}-${at + 1}`,
      status,
      code: { text: `${measurement.label || measurement.kind}: ${value.name}` },
      ...subject,
      effectiveDateTime: measurement.at,
      performer: [{ display: measurement.by }],
      valueQuantity: {
        value: value.value,
        unit: value.unit,
        system: "http://unitsofmeasure.org",
        code: ucum[value.unit] ?? value.unit,
      },
    })),
  );
  const uids = [...new Set(study.images.flatMap(({ dicom }) => dicom?.study || []))];
  const impression = report.sections.find(({ id }) => id === "impression")?.sentences ?? [];
  return {
    resourceType: "DiagnosticReport",
    id: report.id,
    meta: {
      tag: [
        {
          system: "urn:evidesk",
          code: "research",
          display: "Research use only - not for diagnosis",
        },
      ],
    },
    text: { status: "generated", div: narrative(report) },
    ...(observations.length > 0 ? { contained: observations } : {}),
    identifier: [{ system: "urn:evidesk:report", value: report.id }],
    status,
    category: [
      {
        coding: [
          {
            system: "http://terminology.hl7.org/CodeSystem/v2-0074",
            code: "RAD",
            display: "Radiology",
          },
        ],
      },
    ],
    code: { coding: [{ system: "http://loinc.org", code, display }], text: report.title },
    ...subject,
    ...(day ? { effectiveDateTime: `${day[1]}-${day[2]}-${day[3]}` } : {}),
    issued: report.verified?.at ?? report.at,
    performer: [{ display: report.by }],
    ...(report.verified ? { resultsInterpreter: [{ display: report.verified.by }] } : {}),
    ...(observations.length > 0
      ? { result: observations.map(({ id }) => ({ reference: `#${String(id)}` })) }
      : {}),
    ...(uids.length > 0
      ? {
          imagingStudy: uids.map((uid) => ({
            identifier: { system: "urn:dicom:uid", value: `urn:oid:${uid}` },
          })),
        }
      : {}),
    ...(impression.length > 0 ? { conclusion: impression.map(({ text }) => text).join(" ") } : {}),
  };
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function narrative({ title, sections, verified }: Report): string {
  const parts = sections
    .filter(({ sentences }) => sentences.length > 0)
    .map(
      (section) =>
        `<h2>${escaped(section.title)}</h2><p>${section.sentences.map(({ text }) => escaped(text)).join(" ")}</p>`,
    );
  const name = verified ? `Verified by ${escaped(verified.by)}.` : "Not verified.";
  return `<div xmlns="http://www.w3.org/1999/xhtml"><h1>${escaped(title)}</h1><p>Research use only - not for diagnosis. ${name}</p>${parts.join("")}</div>`;
}
