/** Wildcards that a database lacks, spelled out or widened. */

/**
 * The forms that a word with `?` (none or one letter) stands for where only `*` exists: an ending "?" is
 * taken as the plural, "o?r" as British and American spelling; elsewhere the place is widened to `*`.
 */
export function withoutOptionalLetters(text: string, warn: (text: string) => void): string[] {
  let bare = text.replaceAll(/\*\d+/g, "*");
  if (bare !== text) warn(`The limited truncation of "${text}" became unlimited.`);
  if (bare.includes("#")) {
    warn(`"${text}" has a sign for exactly one letter; it was widened to *.`);
    bare = bare.replaceAll(/#+/g, "*");
  }
  if (!bare.includes("?")) return [bare];
  if (bare.endsWith("?")) {
    warn(`"${text}" was read as singular and plural.`);
    return withoutOptionalLetters(bare.slice(0, -1), warn).flatMap((form) => [form, `${form}s`]);
  }
  const variants = /^([^?]*o)\?(r[^?]*)$/.exec(bare)
    ? [bare.replace("?", ""), bare.replace("?", "u")]
    : /^([^?]*)\?(e[^?]*)$/.test(bare)
      ? [bare.replace("?", ""), bare.replace("?", "a"), bare.replace("?", "o")]
      : undefined;
  if (variants !== undefined) {
    warn(`"${text}" was spelled out as ${variants.join(", ")}.`);
    return variants;
  }
  warn(`"${text}" has a sign for an optional letter; it was widened to *.`);
  return [bare.replaceAll("?", "*")];
}

/** "Heart Failure, Systolic" → "Systolic Heart Failure", for databases that take headings as text. */
export function uninverted(heading: string): string {
  const parts = heading.split(/,\s*/);
  return parts.length === 2 ? `${parts[1]} ${parts[0]}` : heading;
}
