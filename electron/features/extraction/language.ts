/** Whether a paper's text is English, which rules and packs read; told from its commonest small words. Pure. */

const small: Record<string, string> = {
  English: "the of and in to was with were for that is by as at from this on are",
  German: "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine wurde",
  French: "de la le et les des en un du une que est pour qui dans par sur au avec ont",
  Spanish: "de la que el en y los se del las un por con una su para al es fue lo",
  Portuguese: "de a o que e do da em um para com não uma os no se na por mais foi",
  Italian: "di e il la che in un a per è una sono con non del le della nel alla dei",
  Dutch: "de van het een en in is dat op te zijn met voor niet aan er om bij werden deze",
};
const sets = Object.entries(small).map(
  ([name, words]) => [name, new Set(words.split(" "))] as const,
);
const enough = 60;

/** The language's name where the text is long enough and is not English; "another script" where its letters are not Latin. */
export function otherLanguage(text: string): string | undefined {
  const words =
    text
      .slice(0, 60_000)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  if (words.length < enough) {
    const letters = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu) ?? [];
    return letters.length > 2 * enough ? "another script" : undefined;
  }
  const latin = words.filter((word) => /^\p{Script=Latin}+$/u.test(word)).length;
  if (latin < 0.5 * words.length) return "another script";
  const [best] = sets
    .map(([name, set]) => ({ name, share: words.filter((word) => set.has(word)).length }))
    .toSorted((a, b) => b.share - a.share);
  return best && best.name !== "English" && best.share > 0.1 * words.length ? best.name : undefined;
}
