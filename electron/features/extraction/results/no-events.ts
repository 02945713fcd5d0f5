/** Statements that something happened to nobody. */

const patterns = [
  /\b(?:there (?:was|were)|we (?:observed|found|saw|detected|recorded)) (?:also )?no (?:cases? of |occurrences? of |episodes? of |reports? of |evidence of )?([^.;]{4,140}?)(?= (?:in|during|among|between|reported|observed|noted|attributable) |[.;]|$)/i,
  /(?:^|[,;] (?:and )?)no (?:cases? of |episodes? of )?([^.;]{4,120}?) (?:was|were|occurred|happened|developed|took place)\b(?! (?:different|significant))[^.;]*/i,
  /\b(?:none|no one|nobody|no (?:patients?|subjects?|participants?|women|children|individuals?|infants?))(?: (?:of|in|from|among) (?:the |any |either |both |all )?[^.;]{0,40}?)? (?:had|developed|experienced|reported|suffered|required|showed|presented|died|was|were|presented with|complained of)\b ?([^.;]{0,120})/i,
];
const notAbsence =
  /\b(?:differen|significan|additional|further|increase|decrease|reduction|relevant|correlat|associat|effect of|interaction|relation|changes?|influence|impact|improve|benefit|evidence that|need to|drop-?outs?)/i;

/** What the sentence says happened to nobody; undefined when it says no such thing. */
export function noneAtAll(sentence: string): string | undefined {
  for (const pattern of patterns) {
    const match = pattern.exec(sentence);
    const what = match?.[1] || (/died/.test(match?.[0] ?? "") ? "died" : undefined);
    if (
      match &&
      what !== undefined &&
      !notAbsence.test(match[0].slice(0, match[0].indexOf(what) + 60))
    )
      return what;
  }
  return undefined;
}
