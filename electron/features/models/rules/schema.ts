/** The closed set of rules a pack without weights is made of. Each reads regions and names a new one. */
import { z } from "zod";

const region = z.string().regex(/^[a-z][a-zA-Z0-9]*$/);
const rule = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ rule: z.literal(name), name: region, ...shape });

export const ruleSchema = z.discriminatedUnion("rule", [
  /** Voxels with `min` ≤ value < `max`, in the image's unit (HU for CT). */
  rule("range", { min: z.number().default(-1e9), max: z.number().default(1e9) }),
  /** Voxels of `of` that are also in every region of `inside` and in none of `outside`. */
  rule("combine", {
    of: region,
    inside: z.array(region).default([]),
    outside: z.array(region).default([]),
  }),
  rule("union", { of: z.array(region).min(2) }),
  /** Morphology with a ball of this radius in millimetres. */
  rule("erode", { of: region, mm: z.number().positive() }),
  rule("dilate", { of: region, mm: z.number().positive() }),
  rule("open", { of: region, mm: z.number().positive() }),
  rule("close", { of: region, mm: z.number().positive() }),
  /** Pieces (face neighbours) of at least `minMl`, the largest `count` of them. */
  rule("largest", {
    of: region,
    count: z.int().positive().default(1_000_000),
    minMl: z.number().min(0).default(0),
  }),
  /** Pieces of `of` that hold at least one voxel of `seed`. */
  rule("touching", { of: region, seed: region }),
  /** Pieces whose mean value lies in `min` ≤ mean < `max`. */
  rule("meanBetween", { of: region, min: z.number(), max: z.number() }),
  /** Background that no path within its axial slice joins to the slice's edge is filled. */
  rule("fillSlices", { of: region }),
]);

export type Rule = z.infer<typeof ruleSchema>;

/** The regions that a rule needs, made by rules before it. */
export function regionsReadBy(rule: Rule): string[] {
  if (rule.rule === "range") return [];
  if (rule.rule === "combine") return [rule.of, ...rule.inside, ...rule.outside];
  if (rule.rule === "touching") return [rule.of, rule.seed];
  return typeof rule.of === "string" ? [rule.of] : rule.of;
}
