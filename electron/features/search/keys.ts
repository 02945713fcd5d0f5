/** Folded forms of titles, names and journals, for telling whether two records are one. */

const fold = (text: string): string =>
  text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
const letters: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  "’": "",
  "'": "",
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  κ: "kappa",
  μ: "mu",
  ω: "omega",
};
const special = /[ßæœøłđðþı’'αβγδκμω]/g;

/** Lower-case words without diacritics, markup or punctuation, single blanks between. */
export function foldedWords(text: string): string {
  if (isAscii(text))
    return text
      .toLowerCase()
      .replaceAll("'", "")
      .replaceAll(/[^a-z0-9]+/g, " ")
      .trim();
  return fold(text)
    .replaceAll(special, (sign) => letters[sign] ?? sign)
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** The title with trailing language notes and publication notes gone: "… [Chinese]", "… (review)". */
export function titleKey(title: string): string {
  let bare = title;
  const last = title.trimEnd().at(-1);
  if (last !== "]" && last !== ")" && last !== ".") return foldedWords(bare);
  for (
    let cut = bare.replace(trailingNote, "");
    cut !== bare && cut !== "";
    cut = bare.replace(trailingNote, "")
  )
    bare = cut;
  return foldedWords(bare.replace(/^\s*\[(.*)\]\s*\.?\s*$/s, "$1"));
}

const trailingNote =
  /[.\s]*[[(](?:in )?(?:chinese|german|french|spanish|italian|japanese|russian|polish|portuguese|korean|turkish|danish|swedish|dutch|czech|hebrew|norwegian|persian|serbian|croatian|hungarian|(?:\d+ )?refs?|reviews?|article|abstract|meeting abstract|errat(?:um|a)[^\])]*|see comments?|comments?|published erratum[^\])]*)[\])]\.?\s*$/i;

/** The family name of "Family, Given", "Family GH", "G. H. Family" or "Given Family", folded; "" when unknown. */
export function familyKey(author: string): string {
  const comma = author.indexOf(",");
  if (comma > 0) return foldedWords(author.slice(0, comma)).replaceAll(" ", "");
  const words = author.trim().split(/\s+/);
  const last = words.at(-1) ?? "";
  if (words.length > 1 && /^(?:\p{Lu}\.?[-\s]?){1,4}$/u.test(last)) {
    const family = words.slice(0, -1).filter((word) => !/^\p{Lu}\.$/u.test(word));
    return foldedWords((family.length > 0 ? family : words.slice(0, -1)).join(" ")).replaceAll(
      " ",
      "",
    );
  }
  return foldedWords(last).replaceAll(" ", "");
}
