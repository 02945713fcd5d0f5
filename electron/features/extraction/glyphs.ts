/** Letters as they are meant: ligatures spelt out, typographic spaces and stray controls gone. */
const ligatures: Record<string, string> = {
  "\uFB00": "ff",
  "\uFB01": "fi",
  "\uFB02": "fl",
  "\uFB03": "ffi",
  "\uFB04": "ffl",
  "\uFB05": "st",
  "\uFB06": "st",
};

/** Keeps superscripts, Greek and mathematical signs; only what hinders reading is changed. */
export function normaliseGlyphs(text: string): string {
  return (
    text
      .replaceAll(/[\uFB00-\uFB06]/g, (sign) => ligatures[sign] ?? sign)
      .replaceAll(/[\u00A0\u2000-\u200A\u202F\u205F\u3000\t]/g, " ")
      // Mathematical letters are the letters they show: "𝑛 = 71" is "n = 71".
      .replaceAll(/[\u{1D400}-\u{1D7FF}]/gu, (sign) => sign.normalize("NFKC"))
      .replaceAll(/[\u2010\u2011]/g, "-")
      .replaceAll(/[\u200B-\u200D\u2060\uFEFF]/g, "")
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g, "")
  );
}
