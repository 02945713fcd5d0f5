/** From a finding to the question of a review; nothing that tells whose finding it is. */

const methods: Record<string, string> = {
  CXR: "chest radiography",
  CT: "computed tomography",
  MR: "magnetic resonance imaging",
  PT: "positron emission tomography",
  US: "ultrasonography",
  MG: "mammography",
  SM: "histopathology",
};

/** Sides stay out: the evidence on a nodule is the same on the left and on the right. */
export function questionOf(
  { label, site }: { label: string; site: string },
  modality: string,
): { title: string; question: string } {
  const what = `${label.trim().toLowerCase()}${site.trim() ? ` of the ${site.trim().toLowerCase()}` : ""}`;
  const how = methods[modality] ? ` on ${methods[modality]}` : "";
  return {
    title: `Evidence for ${what}${how}`,
    question: `What is the evidence for ${what} seen${how || " on imaging"}: what does it mean, and what follows from it?`,
  };
}
