/** Words of one meaning in the outcomes of trials, as stems. */
import { stem } from "../terms.ts";

const rows = [
  "death deaths mortality died dead fatal fatality",
  "stool stools faeces feces faecal fecal bowel defecation",
  "adverse side untoward toxicity toxicities",
  "events effects reactions complications",
  "completion completed complete completer completing",
  "adherence compliance adherent compliant",
  "tumour tumor neoplasm",
  "haemoglobin hemoglobin hb",
  "glucose glycaemia glycemia glycemic glycaemic sugar",
  "hypertension hypertensive",
  "correct correctly timely appropriate",
  "improvement improved improving improve reduction reduced relief change changes",
  "weight bodyweight",
  "duration length time period",
  "requirement required requiring need needed consumption used use",
  "relapse recurrence recurrent relapsed recurrences",
  "discontinued discontinuation withdrawal withdrew withdrawn dropout quit stopped",
  "pregnancy pregnant gravid",
  "latrine latrines toilet ihl ihls",
  "infection infections infected present",
  "oedema edema",
  "anaemia anemia anemic anaemic",
  "itching itch pruritus itchy",
  "bleeding haemorrhage hemorrhage blood",
  "operative operation surgery surgical operating",
  "fever pyrexia febrile temperature",
  "triglyceride triglycerides tg",
  "bmi mass",
  "response responder responders responded responding",
  "hospitalization hospitalisation hospital admission hospitalized stay",
  "mr magnetic",
  "energy calorie calories caloric",
];

const alike = new Map<string, string[]>();
for (const row of rows) {
  const stems = [...new Set(row.split(" ").map(stem))];
  for (const one of stems)
    alike.set(one, [...(alike.get(one) ?? []), ...stems.filter((other) => other !== one)]);
}

/** Stems that mean the same as a stem; none when it has no entry. */
export const synonymsOf = (term: string): string[] => alike.get(term) ?? [];
