/** Field tags of each database, read into the tree's codes. Printing has its own tables beside the printers. */
import type { FieldCode } from "./ast.ts";

type Table = Record<string, FieldCode[]>;

/**
 * PubMed's [tw] takes in headings as Ovid's .mp. does, while Ovid's .tw. is title and abstract.
 * PubMed's [tiab] searches author keywords too, hence "kw" (PubMed user guide, "Title/Abstract").
 */
const pubmed: Table = {
  tiab: ["ti", "ab", "kw"],
  "title/abstract": ["ti", "ab", "kw"],
  ti: ["ti"],
  title: ["ti"],
  ab: ["ab"],
  abstract: ["ab"],
  tw: ["mp"],
  "text word": ["mp"],
  "text words": ["mp"],
  text: ["mp"],
  ot: ["kw"],
  "other term": ["kw"],
  "other terms": ["kw"],
  all: ["all"],
  "all fields": ["all"],
  pt: ["pt"],
  ptyp: ["pt"],
  "publication type": ["pt"],
  sh: ["fs"],
  "mesh subheading": ["fs"],
  subheading: ["fs"],
  au: ["au"],
  author: ["au"],
  "first author": ["au"],
  "1au": ["au"],
  ta: ["jn"],
  journal: ["jn"],
  jour: ["jn"],
  la: ["la"],
  lang: ["la"],
  language: ["la"],
  rn: ["rn"],
  nm: ["rn"],
  "supplementary concept": ["rn"],
  substance: ["rn"],
  "ec/rn number": ["rn"],
  pmid: ["id"],
  uid: ["id"],
  ad: ["in"],
  affiliation: ["in"],
  dp: ["dp"],
  pdat: ["dp"],
  "date - publication": ["dp"],
  "publication date": ["dp"],
  ppdat: ["dp"],
  epdat: ["dp"],
  edat: ["ed"],
  "date - entrez": ["ed"],
  "entrez date": ["ed"],
  crdt: ["ed"],
  "date - create": ["ed"],
  mhda: ["ed"],
  sb: ["sb"],
  filter: ["sb"],
  subset: ["sb"],
  pa: ["rn"],
  "pharmacological action": ["rn"],
};

const ovid: Table = {
  ti: ["ti"],
  ot: ["ti"],
  tt: ["ti"],
  bt: ["ti"],
  ab: ["ab"],
  kw: ["kw"],
  kf: ["kw"],
  tw: ["ti", "ab"],
  mp: ["mp"],
  hw: ["hw"],
  af: ["all"],
  fs: ["fs"],
  pt: ["pt"],
  au: ["au"],
  jn: ["jn"],
  jw: ["jn"],
  lg: ["la"],
  la: ["la"],
  rn: ["rn"],
  nm: ["rn"],
  rs: ["rn"],
  rw: ["rn"],
  px: ["rn"],
  ui: ["id"],
  in: ["in"],
  dp: ["dp"],
  yr: ["dp"],
  ed: ["ed"],
  dt: ["ed"],
  ep: ["ed"],
  up: ["ed"],
  sb: ["sb"],
  sh: ["hw"],
  id: ["kw"],
  kp: ["kw"],
  ps: ["hw"],
  ox: ["hw"],
  os: ["hw"],
  dc: ["ed"],
  ez: ["ed"],
  da: ["ed"],
  so: ["jn"],
  cm: ["all"],
  tc: ["hw"],
  cw: ["rn"],
  dv: ["kw"],
  sa: ["hw"],
  fx: ["fs"],
  xs: ["fs"],
  ac: ["all"],
  on: ["kw"],
};

const colon: Table = {
  ti: ["ti"],
  tt: ["ti"],
  ab: ["ab"],
  kw: ["kw"],
  de: ["hw"],
  it: ["pt"],
  pt: ["pt"],
  au: ["au"],
  jt: ["jn"],
  so: ["jn"],
  la: ["la"],
  lnk: ["fs"],
  rn: ["rn"],
  tn: ["rn"],
  mn: ["rn"],
  py: ["dp"],
  dn: ["rn"],
  ff: ["all"],
  sh: ["hw"],
  mh: ["hw"],
  dt: ["pt"],
  ca: ["in"],
};

/** PubMed's bracketed tag, already without `:noexp` or `:~N`; undefined when there is no such field. */
export function pubmedField(tag: string): FieldCode[] | undefined {
  return pubmed[tag.trim().toLowerCase()];
}

/** A run of Ovid field codes after a dot, however it is punctuated: `.ti,ab.`, `.ti. ab .`, `.ab,.` */
export const ovidSuffixPattern = new RegExp(
  `\\.\\s*((?:${Object.keys(ovid).join("|")})(?![a-z])(?:\\s*[,.]\\s*(?:${Object.keys(ovid).join("|")})(?![a-z]))*)\\s*(?:[,.]+|(?=[\\s)]|$))`,
  "i",
);

/** The codes of `.ti,ab,kf.`; undefined when one of them is no Ovid field. */
export function ovidFields(codes: string[]): FieldCode[] | undefined {
  return collect(ovid, codes);
}

/** The codes of Embase.com's and the Cochrane Library's `:ti,ab,kw`. */
export function colonFields(codes: string[]): FieldCode[] | undefined {
  return collect(colon, codes);
}

function collect(table: Table, codes: string[]): FieldCode[] | undefined {
  const found = codes.map((code) => table[code.toLowerCase()]);
  if (codes.length === 0 || found.some((fields) => fields === undefined)) return undefined;
  return unique(found.flatMap((fields) => fields ?? []));
}

export function unique(fields: FieldCode[]): FieldCode[] {
  return [...new Set(fields)].toSorted();
}
