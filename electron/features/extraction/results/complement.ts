/** Deaths from survivors and the other way round: of the people of an arm, those whom the row does not count. */
import type { FoundArm } from "./found.ts";

const death = /\b(?:mortality|deaths?|died|dead|fatalit\w+|non-?survivors?)\b/i;
const survival = /\b(?:surviv(?:al|ed|ors?|ing)|alive)\b/i;
const time = /\b(?:median|mean|months|time|free|duration)\b/i;

/** Whether the words beside the numbers count those whom the outcome does not: survivors where deaths are asked. */
export function isOpposite(asked: string, near: string): boolean {
  if (time.test(asked) || time.test(near)) return false;
  return (
    (death.test(asked) && survival.test(near) && !death.test(near)) ||
    (survival.test(asked) && !death.test(asked) && death.test(near) && !survival.test(near))
  );
}

/** The words with the asked side's name in place of the other's. */
export const turnedWords = (near: string): string =>
  near.replaceAll(new RegExp(survival, "gi"), "mortality death ") +
  (death.test(near) ? " survival" : "");

/** The rest of the arm; undefined without its size. What it was worked out from is kept. */
export function restOf(arm: FoundArm): FoundArm | undefined {
  const { value } = arm;
  if (value.kind === "percent" && value.percent >= 0 && value.percent <= 100) {
    const percent = Number((100 - value.percent).toFixed(4));
    return {
      ...arm,
      value: { kind: "percent", percent },
      derived: `${percent} % = 100 % − ${value.percent} %`,
    };
  }
  const total = value.kind === "count" ? (value.total ?? arm.size?.size) : undefined;
  if (value.kind !== "count" || total === undefined || total < value.events) return undefined;
  const events = total - value.events;
  return {
    ...arm,
    value: { kind: "count", events, total: value.total, percent: null },
    derived: `${events} = ${total} − ${value.events}`,
  };
}
