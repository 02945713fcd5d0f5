/** A registry record's answers to the fields of a review, each with its paths in the record. Pure. */
import type { Field } from "../../../api/schemas/extraction.ts";
import { termsOf } from "../terms.ts";
import type { At, Denominator, Measure, Measurement, RegistryTrial } from "./trial.ts";

export type RegistryAnswer = {
  fieldId: string;
  arm?: string;
  value: string;
  unit?: string;
  /** Where in the record, most telling first. */
  places: At[];
  method: string;
};

type Answer = Omit<RegistryAnswer, "fieldId">;
type Finder = (trial: RegistryTrial, field: Field) => Answer[];

/** What the record says to each field; fields to which it says nothing are left out. */
export function answersFrom(trial: RegistryTrial, fields: readonly Field[]): RegistryAnswer[] {
  return fields.flatMap((field) =>
    (field.outcome === undefined ? finderOf(field)(trial, field) : results(trial, field))
      .filter(({ value }) => value !== "")
      .map((answer) => ({ fieldId: field.id, ...answer })),
  );
}

const list = (all: At[], method: string): Answer[] =>
  all.length === 0
    ? []
    : [{ value: all.map(({ value }) => value).join("; "), places: all, method }];
const one = (found: At | undefined, method: string, unit?: string): Answer[] =>
  found?.value ? [{ value: found.value, places: [found], method, ...(unit ? { unit } : {}) }] : [];
/** `RANDOMIZED` and `PLACEBO_COMPARATOR` are codes of the registry; people read words. */
const word = ({ value, path }: At): At => ({
  value: value.toLowerCase().replaceAll("_", " "),
  path,
});
/** "DOUBLE" alone says nothing: the part of the design that it is of goes before or after it. */
function spoken(code: string, path: string): string {
  const text = code.toLowerCase().replaceAll("_", " ");
  if (path.endsWith("masking")) return text === "none" ? "no masking" : `${text} masking`;
  return path.endsWith("interventionModel")
    ? `${text.replace(" assignment", "")} assignment`
    : text.replace(/^phase(\d)/, "phase $1");
}
const total = /^(?:total|overall|all participants)\b/i;
const perArm = (counts: Denominator[], method: string): Answer[] =>
  counts
    .filter(({ group }) => group !== "" && !total.test(group))
    .map(({ group, count }) => ({
      arm: group,
      value: count.value,
      unit: "participants",
      places: [count],
      method,
    }));

const finders: [RegExp, Finder][] = [
  [/\b(?:registration|registry|trial id|nct|identifier)\b/i, ({ nct }) => one(nct, "NCT number")],
  [/\b(?:fund\w*|sponsor\w*)\b/i, ({ sponsors }) => list(sponsors, "sponsor and collaborators")],
  [/\bcountr(?:y|ies)\b/i, ({ countries }) => list(countries, "countries of the locations")],
  [
    /\b(?:missing|lost|withdr\w+|drop-?outs?|attrition)\b/i,
    ({ notCompleted }) => perArm(notCompleted, "participant flow, not completed"),
  ],
  [
    /\b(?:(?:arm|group) sizes?|(?:number|size)[^.]*\b(?:per|each|by)\b[^.]*\b(?:arm|group)s?)\b/i,
    ({ started }) => perArm(started, "participant flow, started"),
  ],
  [
    /\b(?:sample size|number of (?:participants|patients|subjects)|total n|sample)\b/i,
    ({ enrollment, enrollmentType }) =>
      one(
        enrollment,
        `enrolment (${enrollmentType.toLowerCase() || "type not said"})`,
        "participants",
      ),
  ],
  [
    /\b(?:arms?|groups?)\b(?!.*\bage\b)/i,
    ({ arms }) =>
      list(
        arms.map(({ label }) => label),
        "arm groups",
      ),
  ],
  [/\bage\b/i, age],
  [/\b(?:sex|gender|female|male|women)\b/i, women],
  [
    /\b(?:follow[- ]?up|duration|time frame)\b/i,
    ({ primary }) => one(primary[0]?.timeFrame, "time frame of the primary outcome"),
  ],
  [
    /\b(?:setting|cent(?:er|re)s?|sites?)\b/i,
    ({ facilities }) =>
      facilities.length > 3
        ? [
            {
              value: `${facilities.length} sites`,
              places: facilities.slice(0, 1),
              method: "locations",
            },
          ]
        : list(facilities, "facilities of the locations"),
  ],
  [/\b(?:primary|main)\b.*\b(?:result|finding|effect|estimate)/i, (trial) => primaryResult(trial)],
  [
    /\bprimary (?:outcome|end ?point)/i,
    ({ primary }) =>
      list(
        primary.map(({ measure }) => measure),
        "primary outcome measures",
      ),
  ],
  [
    /\boutcomes?\b|\bend ?points?\b/i,
    ({ primary, secondary }) =>
      list(
        [...primary, ...secondary].map(({ measure }) => measure),
        "outcome measures, primary first",
      ),
  ],
  [
    /\bdesign\b|\bstudy type\b|\bblinding\b|\bmasking\b|\ballocation\b|\brandomi[sz]ation\b/i,
    ({ design, phases }, { name }) => {
      const wanted = /blind|mask/i.test(name)
        ? design.filter(({ path }) => path.endsWith("masking"))
        : /allocat|randomi/i.test(name)
          ? design.filter(({ path }) => path.endsWith("allocation"))
          : [...design, ...phases];
      return wanted.length === 0
        ? []
        : [
            {
              value: wanted.map(({ value, path }) => spoken(value, path)).join("; "),
              places: wanted.map(word),
              method: "design",
            },
          ];
    },
  ],
  [/\b(?:comparators?|controls?|comparison|placebo)\b/i, (trial) => armsOfType(trial, true)],
  [/\b(?:interventions?|treatments?|experimental)\b/i, (trial) => armsOfType(trial, false)],
  [
    /\b(?:populations?|participants?|patients|condition|disease)\b/i,
    ({ conditions }) => list(conditions, "conditions"),
  ],
];

function finderOf(field: Field): Finder {
  const name = field.name.replaceAll(/([a-z])([A-Z])|[_-]/g, "$1 $2");
  return finders.find(([pattern]) => pattern.test(name))?.[1] ?? results;
}

function armsOfType({ arms }: RegistryTrial, control: boolean): Answer[] {
  const isControl = (type: string): boolean =>
    /^(?:PLACEBO|SHAM)_COMPARATOR$|^NO_INTERVENTION$/.test(type) ||
    // Where something is experimental, what is active beside it is its comparator.
    (type === "ACTIVE_COMPARATOR" && arms.some((arm) => arm.type === "EXPERIMENTAL"));
  const chosen = arms.filter(({ type }) => isControl(type) === control);
  return list(
    chosen.map(({ label }) => label),
    control ? "comparator arms" : "arms under test",
  );
}

function age({ baseline, eligibility }: RegistryTrial): Answer[] {
  const measure = baseline.find(
    ({ title, measurements }) => /^age, continuous/i.test(title.value) && measurements.length > 0,
  );
  const measured = measure?.measurements.find(({ group }) => total.test(group));
  if (measure && measured)
    return [{ ...measuredAnswer(measure, measured), method: `baseline, ${measure.title.value}` }];
  const range = [eligibility.from, eligibility.to].filter(({ value }) => value !== "");
  return range.length === 0
    ? []
    : [
        {
          value: range.map(({ value }) => value).join(" to "),
          places: range,
          method: "eligibility",
        },
      ];
}

function women({ baseline, baselineCounts }: RegistryTrial): Answer[] {
  const measure = baseline.find(({ title }) => /^(?:sex|gender)\b/i.test(title.value));
  const found = measure?.measurements.find(
    ({ group, category }) => total.test(group) && /\bfemale$/i.test(category),
  );
  const all = baselineCounts.find(({ group }) => total.test(group))?.count;
  return found
    ? [
        {
          value: `${found.value.value}${all ? ` of ${all.value}` : ""} female`,
          places: all ? [found.value, all] : [found.value],
          method: "baseline, sex",
        },
      ]
    : [];
}

const printed: Record<string, string> = {
  STANDARD_DEVIATION: "SD",
  STANDARD_ERROR: "SE",
  INTER_QUARTILE_RANGE: "IQR",
  FULL_RANGE: "range",
};

/** "48.8 (95% Confidence Interval 41.1 to 56.5)", in the words and digits of the record. */
function measuredAnswer(measure: Measure, measured: Measurement): Answer {
  const { value, spread, low, high } = measured;
  const name = printed[measure.dispersion.toUpperCase().replaceAll(" ", "_")] ?? measure.dispersion;
  const about = spread
    ? ` (${name} ${spread.value})`
    : low && high
      ? ` (${name} ${low.value} to ${high.value})`
      : "";
  const parameter = /^(?:MEAN|MEDIAN)/i.test(measure.parameter)
    ? `${measure.parameter.toLowerCase().replaceAll("_", " ")} `
    : "";
  return {
    value: `${parameter}${value.value}${about}`,
    unit: measure.unit,
    places: [value, spread, low, high].filter((place) => place !== undefined),
    method: "outcome measure",
  };
}

function primaryResult(trial: RegistryTrial): Answer[] {
  const measure = trial.outcomes.find(({ type }) => type === "PRIMARY");
  if (!measure || measure.measurements.length === 0) return [];
  const parts = measure.measurements.slice(0, 6).map((measured) => {
    const n = measure.denominators.find(({ group }) => group === measured.group)?.count.value;
    const named = [measured.group, measured.category].filter(Boolean).join(", ");
    return `${named}: ${measuredAnswer(measure, measured).value}${n ? `, n ${n}` : ""}`;
  });
  const p = measure.analyses[0]?.pValue;
  return [
    {
      value: `${measure.title.value}: ${parts.join("; ")}${p?.value ? `; p ${p.value}` : ""}`,
      unit: measure.unit,
      places: [measure.title, ...measure.measurements.map(({ value }) => value)],
      method: `primary outcome measure, ${measure.timeFrame.value}`,
    },
  ];
}

/** Result fields: the posted measure that speaks most of what the field asks for, one answer a group. */
function results(trial: RegistryTrial, field: Field): Answer[] {
  const wanted = new Set(termsOf(`${field.outcome ?? field.name} ${field.timePoint ?? ""}`));
  const scored = [...trial.outcomes, ...trial.baseline]
    .map((measure) => {
      const said = new Set(termsOf(`${measure.title.value} ${measure.timeFrame.value}`));
      return {
        measure,
        share: [...wanted].filter((term) => said.has(term)).length / Math.max(1, wanted.size),
      };
    })
    .toSorted((a, b) => b.share - a.share);
  const [best, next] = scored;
  // Two measures that fit alike: naming one of them would be a guess.
  if (!best || best.share < 0.6 || next?.share === best.share) return [];
  const { measure } = best;
  const asked = partAsked(field.name);
  if (asked === "n") return perArm(measure.denominators, `number analysed, ${measure.title.value}`);
  return measure.measurements
    .filter(({ group }) => group !== "" && !total.test(group))
    .filter((_, __, all) => new Set(all.map(({ category }) => category)).size === 1)
    .map((measured) => {
      const full = measuredAnswer(measure, measured);
      const single = asked === "spread" ? measured.spread : measured.value;
      return {
        ...(field.type === "number"
          ? { ...full, value: single?.value ?? "", places: single ? [single] : [] }
          : full),
        arm: measured.group,
        method: `${measure.title.value}${measure.timeFrame.value ? `, ${measure.timeFrame.value}` : ""}`,
      };
    });
}

function partAsked(name: string): "n" | "spread" | "value" {
  if (/\b(?:sd|se|standard (?:deviation|error)|spread)\b/i.test(name)) return "spread";
  return /^n\b|\b(?:denominator|analy[sz]ed|number of (?:participants|patients))\b/i.test(name)
    ? "n"
    : "value";
}
