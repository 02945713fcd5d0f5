/** Report templates: what to look at, in the order in which it is reported. */
import type { Template } from "../../../api/schemas/reading.ts";

const item = (id: string, title: string): { id: string; title: string } => ({ id, title });
const impression = { id: "impression", title: "Impression", items: [] };
const other = { id: "other", title: "Other findings", items: [] };

export const templates: readonly Template[] = [
  {
    id: "cxr",
    title: "Chest radiograph",
    sections: [
      {
        id: "findings",
        title: "Findings",
        items: [
          item("devices", "Lines and devices"),
          item("lungs", "Lungs"),
          item("pleura", "Pleura"),
          item("heart", "Heart and mediastinum"),
          item("bones", "Bones and soft tissues"),
        ],
      },
      other,
      impression,
    ],
  },
  {
    id: "ct-chest",
    title: "CT of the chest",
    sections: [
      {
        id: "findings",
        title: "Findings",
        items: [
          item("lungs", "Lungs and airways"),
          item("pleura", "Pleura"),
          item("heart", "Heart and great vessels"),
          item("nodes", "Mediastinum and lymph nodes"),
          item("abdomen", "Upper abdomen"),
          item("bones", "Bones and soft tissues"),
        ],
      },
      other,
      impression,
    ],
  },
  {
    id: "mr-brain",
    title: "MR of the brain",
    sections: [
      {
        id: "findings",
        title: "Findings",
        items: [
          item("parenchyma", "Parenchyma"),
          item("ventricles", "Ventricles and extra-axial spaces"),
          item("vessels", "Vessels"),
          item("skull", "Skull, orbits and sinuses"),
        ],
      },
      other,
      impression,
    ],
  },
  {
    id: "general",
    title: "Imaging report",
    sections: [{ id: "findings", title: "Findings", items: [] }, other, impression],
  },
];

const byModality: Record<string, string> = { CXR: "cxr", CT: "ct-chest", MR: "mr-brain" };

/** The template for a study's first modality that has one; the region is the reader's to judge. */
export function templateFor(modalities: readonly string[]): string {
  return modalities.map((one) => byModality[one]).find((id) => id !== undefined) ?? "general";
}

/** Words of labels and findings, by the item that they belong under, first match counts. */
const words: readonly [item: string, pattern: RegExp][] = [
  ["devices", /\b(line|tube|catheter|pacemaker|device|stent|wire)\b/i],
  ["pleura", /pleura|effusion|pneumothorax/i],
  ["heart", /heart|cardi|mediastin|aort|pulmonary artery|vena|hilum|hila/i],
  ["nodes", /lymph|\bnodes?\b/i],
  ["ventricles", /ventric|subdural|epidural|subarachnoid|sulc/i],
  ["vessels", /vessel|arter|vein|aneurysm|sinus thrombosis/i],
  ["skull", /skull|orbit|paranasal/i],
  [
    "lungs",
    /lung|pulmon|atelecta|consolidat|infiltrat|emphysema|fibrosis|pneumonia|nodule|opacity|mass|edema|oedema|airway|bronch|gas/i,
  ],
  ["abdomen", /liver|spleen|kidney|pancrea|adrenal|gallbladder|bowel|abdom/i],
  ["parenchyma", /brain|abnormal|tumou?r|lesion|white matter|infarct|flair|glioma|cerebr/i],
  ["bones", /bone|rib|fracture|spine|vertebr|fat|soft tissue|muscle|hernia|body/i],
];

/** The item of a template that words belong under; undefined where none fits. */
export function itemFor(template: Template, text: string): string | undefined {
  const items = new Set(template.sections.flatMap(({ items: some }) => some.map(({ id }) => id)));
  return words.find(([id, pattern]) => items.has(id) && pattern.test(text))?.[0];
}
