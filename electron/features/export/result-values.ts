/**
 * Numbers of an arm read from decided cells: what a field holds (told from its name) and what its
 * text says. Nothing is guessed: a text that can mean two things is refused with the reason.
 */

export type Quantity = "events" | "n" | "mean" | "sd" | "se";
type Measured = { kind: "events" | "n" | "mean" | "sd" | "se" | "meanSd"; outcome: string };
type ReadValue = { ok: true; numbers: Partial<Record<Quantity, number>> } | Refused;
type Refused = { ok: false; reason: string };

const names: [RegExp, Measured["kind"]][] = [
  [/\bmean\b[^a-z]*\b(?:sd|standard deviation)\b/i, "meanSd"],
  [/\b(?:sd|standard deviation)\b/i, "sd"],
  [/\b(?:se|standard error)\b/i, "se"],
  [/\bmean\b/i, "mean"],
  [/\b(?:number (?:of|with) )?(?:events?|cases)\b/i, "events"],
  [
    /\b(?:group size|arm size|sample size|number (?:randomi[sz]ed|analy[sz]ed)|n|total|analy[sz]ed)\b/i,
    "n",
  ],
];
/** A mean of these describes the people, and is not a result. */
const describesPeople = /\b(?:age|bmi|body mass index|baseline|weight at entry)\b/i;

/**
 * What a per-arm field measures and of which outcome: its own `outcome`, else the words of its name
 * around the quantity ("Pain at 12 weeks, mean (SD)"). An outcome of "" (as in "Group size") is a
 * denominator for every outcome. Undefined for a field that holds no result.
 */
export function measuredBy(field: {
  name: string;
  outcome?: string | undefined;
  timePoint?: string | undefined;
}): Measured | undefined {
  const match = names.find(([sign]) => sign.test(field.name));
  if (match === undefined || describesPeople.test(field.name)) return undefined;
  const [sign, kind] = match;
  const around = field.name
    .replace(sign, " ")
    .replaceAll(/[()[\]:,;/–-]+/g, " ")
    .replaceAll(
      /\b(?:with|of|in|per (?:arm|group))\b\s*$|^\s*(?:of|with|in|for)\b|\bper (?:arm|group)\b/gi,
      " ",
    )
    .replaceAll(/\s+/g, " ")
    .trim();
  const outcome = field.outcome?.trim() || around;
  const when = field.timePoint?.trim();
  return { kind, outcome: outcome && when ? `${outcome} (${when})` : outcome };
}

const figure = String.raw`[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:[.·]\d+)?`;
const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`, "i");
const numberOf = (text: string): number =>
  Number(text.replaceAll(",", "").replace("·", ".").replace("−", "-"));

const one = whole(`(${figure})`);
const counted = whole(
  String.raw`(${figure})(?:\s*(?:/|of|out of)\s*(${figure}))?(?:\s*\(\s*${figure}\s*%\s*\))?`,
);
const spread = whole(
  String.raw`(${figure})\s*(?:\(\s*(?:SD\s*=?\s*)?(${figure})\s*\)|(?:±|\+/-)\s*(${figure}))`,
);
const spreadNamed = whole(
  String.raw`(${figure})\s*(?:\(\s*(SD|SE)\s*=?\s*(${figure})\s*\)|[,;]\s*(SD|SE)\s*=?\s*(${figure}))`,
);

/** Reads a cell's text as the field's quantity. `12/50` gives events and their denominator. */
export function readValue(kind: Measured["kind"], text: string): ReadValue {
  const cell = text.trim();
  const refuse = (reason: string): Refused => ({ ok: false, reason: `"${cell}" ${reason}` });
  if (kind === "events") {
    const match = counted.exec(cell);
    if (!match?.[1])
      return refuse(/%/.test(cell) ? "is a percentage, not a count" : "is not a count of people");
    const n = match[2] === undefined ? {} : { n: numberOf(match[2]) };
    return { ok: true, numbers: { events: numberOf(match[1]), ...n } };
  }
  const named = spreadNamed.exec(cell);
  if (named?.[1] && (kind === "mean" || kind === "meanSd")) {
    const by = (named[2] ?? named[4] ?? "").toLowerCase() === "se" ? "se" : "sd";
    return {
      ok: true,
      numbers: { mean: numberOf(named[1]), [by]: numberOf(named[3] ?? named[5] ?? "") },
    };
  }
  if (kind === "meanSd") {
    const match = spread.exec(cell);
    return match?.[1]
      ? {
          ok: true,
          numbers: { mean: numberOf(match[1]), sd: numberOf(match[2] ?? match[3] ?? "") },
        }
      : refuse("is not a mean with its SD");
  }
  if (one.test(cell)) return { ok: true, numbers: { [kind]: numberOf(cell) } };
  return refuse(
    spread.test(cell) ? "does not say whether its spread is an SD or an SE" : "is not one number",
  );
}
