/** What every tagged format shares: values under tags, and picking fields out of them. */
import { cleanLine, cleanText, normaliseDoi, normalisePmid, normaliseYear } from "../normalise.ts";

export type Tags = Map<string, string[]>;

export function addTag(tags: Tags, tag: string, value: string): void {
  const values = tags.get(tag);
  if (values === undefined) tags.set(tag, [value]);
  else values.push(value);
}

/** Appends a continuation line to the last value of `tag`. */
export function continueTag(tags: Tags, tag: string, text: string, joint: string): void {
  const values = tags.get(tag);
  if (values === undefined) return;
  const last = values.length - 1;
  values[last] = values[last] === "" ? text : `${values[last] ?? ""}${joint}${text}`;
}

/** First non-empty value of the first tag that has one, on one line. */
export function firstOf(tags: Tags, ...names: string[]): string {
  for (const name of names) {
    const values = tags.get(name);
    if (values === undefined) continue;
    for (const value of values) {
      const clean = cleanLine(value);
      if (clean !== "") return clean;
    }
  }
  return "";
}

/** Longest text of the first tag that has one; paragraphs kept. */
export function textOf(tags: Tags, ...names: string[]): string {
  for (const name of names) {
    const values = tags.get(name);
    if (values === undefined) continue;
    let longest = "";
    for (const value of values) if (value.length > longest.length) longest = value;
    const clean = cleanText(longest);
    if (clean !== "") return clean;
  }
  return "";
}

/** Every non-empty value of the tags, in order. */
export function allOf(tags: Tags, ...names: string[]): string[] {
  const found: string[] = [];
  for (const name of names) {
    for (const value of tags.get(name) ?? []) {
      const clean = cleanLine(value);
      if (clean !== "") found.push(clean);
    }
  }
  return found;
}

export function yearOf(tags: Tags, ...names: string[]): number | null {
  for (const name of names) {
    for (const value of tags.get(name) ?? []) {
      const year = normaliseYear(value);
      if (year !== null) return year;
    }
  }
  return null;
}

export function doiOf(tags: Tags, ...names: string[]): string {
  for (const name of names) {
    for (const value of tags.get(name) ?? []) {
      const doi = normaliseDoi(value);
      if (doi !== "") return doi;
    }
  }
  return "";
}

export function pmidOf(tags: Tags, ...names: string[]): string {
  for (const name of names) {
    for (const value of tags.get(name) ?? []) {
      const pmid = normalisePmid(value);
      if (pmid !== "") return pmid;
    }
  }
  return "";
}

/** The tags that no field of the record carries whole. */
export function extraOf(tags: Tags, carried: ReadonlySet<string>): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const [tag, values] of tags) {
    if (carried.has(tag)) {
      if (values.length === 1) continue;
      if (listTags.has(tag)) continue;
    }
    extra[tag] = values;
  }
  return extra;
}

const listTags = new Set([
  "AU",
  "A1",
  "KW",
  "FAU",
  "MH",
  "OT",
  "K1",
  "author",
  "keyword",
  "A",
  "K",
]);
