/**
 * A ClinicalTrials.gov record (API v2, the JSON of one study) in the registry's own vocabulary: arms and
 * groups, denominators, measures, time frames. Every value keeps its path in the record. Pure.
 *
 * Data structure: https://clinicaltrials.gov/data-api/about-api/study-data-structure
 */
import { AppError } from "../../../api/errors.ts";
import { jsonField, jsonText } from "../../search/remote/json.ts";

/** A value with its place in the record, `resultsSection.participantFlowModule.periods[0]…`. */
export type At = { value: string; path: string };

/** One group's number of one measure, as posted: nothing is calculated. */
export type Measurement = {
  group: string;
  category: string;
  value: At;
  spread?: At;
  low?: At;
  high?: At;
};

export type Denominator = { group: string; count: At };

export type Measure = {
  type: string;
  title: At;
  timeFrame: At;
  /** MEAN, MEDIAN, NUMBER, COUNT_OF_PARTICIPANTS and so on. */
  parameter: string;
  /** STANDARD_DEVIATION, INTER_QUARTILE_RANGE, 95% Confidence Interval and so on. */
  dispersion: string;
  unit: string;
  denominators: Denominator[];
  measurements: Measurement[];
  analyses: { groups: string[]; pValue: At; method: string }[];
};

export type RegistryTrial = {
  nct: At;
  title: At;
  design: At[];
  phases: At[];
  conditions: At[];
  eligibility: { sex: At; from: At; to: At };
  arms: { label: At; type: string; interventions: string[] }[];
  enrollment: At;
  enrollmentType: string;
  countries: At[];
  facilities: At[];
  sponsors: At[];
  primary: { measure: At; timeFrame: At }[];
  secondary: { measure: At; timeFrame: At }[];
  /** Of the overall flow: how many started, and did not complete, by group. */
  started: Denominator[];
  notCompleted: Denominator[];
  baselineCounts: Denominator[];
  baseline: Measure[];
  outcomes: Measure[];
};

type Node = { value: unknown; path: string };

const into = (node: Node, name: string): Node => ({
  value: jsonField(node.value, name),
  path: node.path === "" ? name : `${node.path}.${name}`,
});
const along = (node: Node, path: string): Node =>
  path.split(".").reduce((here, name) => into(here, name), node);
const each = ({ value, path }: Node): Node[] =>
  Array.isArray(value)
    ? value.map((one: unknown, index) => ({ value: one, path: `${path}[${index}]` }))
    : [];
const at = ({ value, path }: Node): At => ({ value: jsonText(value).trim(), path });
const given = (all: At[]): At[] => all.filter(({ value }) => value !== "");

/** @throws AppError `badFile` where it is no such record, `unsupported` for other registries' records */
export function registryTrial(record: unknown): RegistryTrial {
  const root: Node = { value: record, path: "" };
  const protocol = into(root, "protocolSection");
  const nct = at(along(protocol, "identificationModule.nctId"));
  if (!/^NCT\d{8}$/.test(nct.value)) throw notARecord(record);
  const results = into(root, "resultsSection");
  const design = along(protocol, "designModule.designInfo");
  const locations = each(along(protocol, "contactsLocationsModule.locations"));
  const outcomes = (name: string): RegistryTrial["primary"] =>
    each(along(protocol, `outcomesModule.${name}`)).map((one) => ({
      measure: at(into(one, "measure")),
      timeFrame: at(into(one, "timeFrame")),
    }));
  const flow = flowOf(along(results, "participantFlowModule"));
  const baseline = into(results, "baselineCharacteristicsModule");
  const sponsors = along(protocol, "sponsorCollaboratorsModule");
  return {
    nct,
    title:
      given([
        at(along(protocol, "identificationModule.officialTitle")),
        at(along(protocol, "identificationModule.briefTitle")),
      ])[0] ?? nct,
    design: given([
      at(into(design, "allocation")),
      at(into(design, "interventionModel")),
      at(along(design, "maskingInfo.masking")),
    ]),
    phases: each(along(protocol, "designModule.phases")).map(at),
    conditions: each(along(protocol, "conditionsModule.conditions")).map(at),
    eligibility: {
      sex: at(along(protocol, "eligibilityModule.sex")),
      from: at(along(protocol, "eligibilityModule.minimumAge")),
      to: at(along(protocol, "eligibilityModule.maximumAge")),
    },
    arms: each(along(protocol, "armsInterventionsModule.armGroups")).map((arm) => ({
      label: at(into(arm, "label")),
      type: jsonText(into(arm, "type").value),
      interventions: each(into(arm, "interventionNames")).map(({ value }) => jsonText(value)),
    })),
    enrollment: at(along(protocol, "designModule.enrollmentInfo.count")),
    enrollmentType: jsonText(along(protocol, "designModule.enrollmentInfo.type").value),
    countries: distinct(given(locations.map((one) => at(into(one, "country"))))),
    facilities: distinct(given(locations.map((one) => at(into(one, "facility"))))),
    sponsors: given([
      at(along(sponsors, "leadSponsor.name")),
      ...each(into(sponsors, "collaborators")).map((one) => at(into(one, "name"))),
    ]),
    primary: outcomes("primaryOutcomes"),
    secondary: outcomes("secondaryOutcomes"),
    ...flow,
    baselineCounts: countsOf(baseline, groupsOf(baseline)),
    baseline: each(into(baseline, "measures")).map((one) => measureOf(one, groupsOf(baseline))),
    outcomes: each(along(results, "outcomeMeasuresModule.outcomeMeasures")).map((one) =>
      measureOf(one, groupsOf(one)),
    ),
  };
}

function notARecord(record: unknown): AppError {
  if (jsonField(record, "isrctn") !== undefined || jsonField(record, "ctNumber") !== undefined)
    return new AppError(
      "unsupported",
      "This is a record of another registry; values are taken from ClinicalTrials.gov records (API version 2).",
    );
  return new AppError(
    "badFile",
    "This is no ClinicalTrials.gov record: it has no protocolSection.identificationModule.nctId. Save one study as JSON (API version 2).",
  );
}

/** Names of groups by their ids (`BG000`, `OG001`); ids are not names. */
function groupsOf(node: Node): Map<string, string> {
  return new Map(
    each(into(node, "groups")).map((group) => [
      jsonText(into(group, "id").value),
      jsonText(into(group, "title").value).trim(),
    ]),
  );
}

function countsOf(node: Node, groups: Map<string, string>): Denominator[] {
  const people = each(into(node, "denoms")).find(
    (one) => jsonText(into(one, "units").value).toLowerCase() === "participants",
  );
  return people
    ? each(into(people, "counts")).map((count) => ({
        group: groups.get(jsonText(into(count, "groupId").value)) ?? "",
        count: at(into(count, "value")),
      }))
    : [];
}

/** The first period's start, and who did not complete any of the periods' last. */
function flowOf(module: Node): Pick<RegistryTrial, "started" | "notCompleted"> {
  const groups = groupsOf(module);
  const [first] = each(into(module, "periods"));
  const milestone = (type: string): Denominator[] => {
    const found =
      first &&
      each(into(first, "milestones")).find((one) => jsonText(into(one, "type").value) === type);
    return found
      ? each(into(found, "achievements")).map((one) => ({
          group: groups.get(jsonText(into(one, "groupId").value)) ?? "",
          count: at(into(one, "numSubjects")),
        }))
      : [];
  };
  return { started: milestone("STARTED"), notCompleted: milestone("NOT COMPLETED") };
}

function measureOf(node: Node, groups: Map<string, string>): Measure {
  const name = (id: Node): string => groups.get(jsonText(id.value)) ?? "";
  const classes = each(into(node, "classes"));
  const own = countsOf(node, groups);
  return {
    type: jsonText(into(node, "type").value),
    title: at(into(node, "title")),
    timeFrame: at(into(node, "timeFrame")),
    parameter: jsonText(into(node, "paramType").value),
    dispersion: jsonText(into(node, "dispersionType").value),
    unit: jsonText(into(node, "unitOfMeasure").value),
    denominators: own.length > 0 || !classes[0] ? own : countsOf(classes[0], groups),
    measurements: classes.flatMap((one) =>
      each(into(one, "categories")).flatMap((category) =>
        each(into(category, "measurements")).map((measured): Measurement => {
          const [spread, low, high] = ["spread", "lowerLimit", "upperLimit"].map((part) =>
            at(into(measured, part)),
          );
          return {
            group: name(into(measured, "groupId")),
            category: [into(one, "title"), into(category, "title")]
              .map(({ value }) => jsonText(value).trim())
              .filter(Boolean)
              .join(", "),
            value: at(into(measured, "value")),
            ...(spread?.value ? { spread } : {}),
            ...(low?.value ? { low } : {}),
            ...(high?.value ? { high } : {}),
          };
        }),
      ),
    ),
    analyses: each(into(node, "analyses")).map((one) => ({
      groups: each(into(one, "groupIds")).map(name),
      pValue: at(into(one, "pValue")),
      method: jsonText(into(one, "statisticalMethod").value),
    })),
  };
}

function distinct(all: At[]): At[] {
  return all.filter(
    ({ value }, index) => all.findIndex((other) => other.value === value) === index,
  );
}
