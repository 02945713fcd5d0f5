/** What part of a paper a heading opens, from its words; a subsection takes its parent's part. */
const roles: [string, RegExp][] = [
  ["abstract", /^(structured )?(abstract|summary|synopsis)\b/i],
  ["references", /^(references?|bibliography|literature cited|works cited)\b/i],
  ["funding", /\b(funding|financial (support|disclosure)|sources? of support|grant)/i],
  ["registration", /\btrial registration|^registration\b/i],
  ["conflicts", /\b(competing|conflicts? of|declaration of) interests?/i],
  [
    "acknowledgements",
    /^(acknowledge?ments?|authors?['’]? contributions?|author details|abbreviations|supplementary|supporting information|pre-publication)/i,
  ],
  ["conclusion", /^conclusions?\b|^concluding/i],
  ["results", /\bresults?\b|\bfindings\b|^outcomes$/i],
  [
    "methods",
    /\bmethods?\b|\bmethodology\b|materials|^(study )?design|^(patients|participants|subjects)\b|statistical (analys|method)|^statistics|experimental|^procedures?\b|^interventions?$|randomi[sz]ation/i,
  ],
  ["discussion", /\bdiscussion\b|\bcomments?\b|limitations/i],
  ["introduction", /^(introduction|background|objectives?|aims?|purpose|context|rationale)\b/i],
];

export function sectionRole(title: string, parentRole?: string): string {
  const bare = title.replace(/^[\d.\sIVX|]+(?=[A-Z])/, "").trim();
  if (parentRole !== undefined && parentRole !== "other") return parentRole;
  return roles.find(([, pattern]) => pattern.test(bare))?.[0] ?? "other";
}
