/** Two-letter MeSH qualifiers and their names (National Library of Medicine, list of topical qualifiers). */
export const qualifiers: Record<string, string> = {
  ab: "abnormalities", ad: "administration & dosage", ae: "adverse effects", ag: "agonists", aa: "analogs & derivatives", an: "analysis", ah: "anatomy & histology",
  ai: "antagonists & inhibitors", bi: "biosynthesis", bl: "blood", bs: "blood supply", cf: "cerebrospinal fluid", ch: "chemistry", ci: "chemically induced", cl: "classification",
  co: "complications", cn: "congenital", cs: "chemical synthesis", ct: "contraindications", cy: "cytology", df: "deficiency", de: "drug effects", di: "diagnosis",
  dg: "diagnostic imaging", dh: "diet therapy", dt: "drug therapy", ec: "economics", ed: "education", eh: "ethnology", em: "embryology", en: "enzymology", ep: "epidemiology",
  es: "ethics", et: "etiology", ge: "genetics", gd: "growth & development", hi: "history", im: "immunology", in: "injuries", ip: "isolation & purification", ir: "innervation",
  is: "instrumentation", lj: "legislation & jurisprudence", ma: "manpower", me: "metabolism", mi: "microbiology", mo: "mortality", mt: "methods", nu: "nursing", og: "organization & administration",
  pa: "pathology", pc: "prevention & control", pd: "pharmacology", ph: "physiology", pk: "pharmacokinetics", po: "poisoning", pp: "physiopathology", ps: "parasitology", px: "psychology",
  py: "pathogenicity", ra: "radiography", re: "radiation effects", rh: "rehabilitation", ri: "radionuclide imaging", rt: "radiotherapy", sc: "secondary", sd: "supply & distribution",
  se: "secretion", sn: "statistics & numerical data", st: "standards", su: "surgery", td: "trends", th: "therapy", to: "toxicity", tr: "transmission", tm: "transmission", tu: "therapeutic use",
  ul: "ultrastructure", ur: "urine", us: "ultrasonography", ut: "utilization", ve: "veterinary", vi: "virology", tx: "transplantation",
};

const codes = new Map(Object.entries(qualifiers).map(([code, name]) => [name, code]));

/** The two letters of a qualifier given by code or name; undefined when there is no such qualifier. */
export function qualifierCode(text: string): string | undefined {
  const key = text.trim().toLowerCase().replace(" and ", " & ");
  return key in qualifiers ? key : codes.get(key);
}
