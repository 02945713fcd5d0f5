/**
 * How often the rules plan right on the conversations that the bundled planner was measured on.
 *
 *     node electron/features/imaging/planning/rules.measure.ts OUT/cases.json
 *
 * cases.json is written by models/training/planner/measure.py. The rules see no pixels: where the header
 * names no modality they go by the number of slices, here one.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { ExpertCard } from "../../models/models.ts";
import { callName } from "./call.ts";
import { planCall } from "./rules.ts";

const cases = z
  .array(z.object({ asked: z.string(), expected: z.string() }))
  .parse(JSON.parse(readFileSync(process.argv[2] ?? "cases.json", "utf8")));

function cardOf(line: string): ExpertCard[] {
  const found = /^<([A-Z0-9_]+)\(([^)]*)\)> (\w+) (\w+)$/.exec(line);
  if (!found) return [];
  const [, name = "", listed = "", modality = "", task = ""] = found;
  const args = listed.split("|");
  return [
    {
      id: name.toLowerCase(),
      version: "1",
      title: name,
      task: task as ExpertCard["task"],
      licence: {
        name: "",
        commercialUse: false,
        clinicalUse: false,
        researchOnly: true,
        attribution: [],
      },
      intendedUse: "",
      inputs: [{ name: "image", modality: [modality], channels: 1, dtype: "float32" }],
      labels: args.map((arg, index) => ({ id: index + 1, name: arg })),
      expertCall: { name, modality, task, overview: "", accuracy: "", args },
    },
  ];
}

const callIn = (text: string): string => /<([A-Z0-9_]+\([^)]*\))>/.exec(text)?.[1] ?? "none";

let right = 0;
for (const { asked, expected } of cases) {
  const cards = asked.split("\n").flatMap(cardOf);
  const modality = /^This is a (\w+) image\.$/m.exec(asked)?.[1] ?? "unknown";
  const request = asked.split("Request: ")[1] ?? "";
  const plan = planCall(request, { modality, slices: 1 }, cards);
  const card = plan.kind === "call" ? cards.find(({ id }) => id === plan.expert) : undefined;
  const said = plan.kind === "call" && card ? `${callName(card)}(${plan.args})` : "none";
  if (said === callIn(expected)) right += 1;
}
process.stdout.write(
  `${right} of ${cases.length} calls right by the rules (${((100 * right) / cases.length).toFixed(1)} %)\n`,
);
