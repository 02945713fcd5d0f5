/** Identifiers as they are printed in papers. */

/** The first DOI in the text, lower-case, without the punctuation that follows it in print; else "". */
export function findDoi(text: string): string {
  const match = /\b10\.\d{4,9}\/[^\s"<>]+/.exec(text.replaceAll(/(10\.\d{4,9}\/)\s+/g, "$1"));
  return match ? match[0].replace(/[.,;:)\]}]+$/, "").toLowerCase() : "";
}

const registries: RegExp[] = [
  /\bNCT\s?0?\d{7,8}\b/i,
  /\bISRCTN\s?\d{6,8}\b/i,
  /\bACTRN\s?\d{14}p?\b/i,
  /\bEudraCT(?:\s+(?:number|no\.?))?:?\s*(\d{4}-\d{6}-\d{2})\b/i,
  /\b(?:JPRN-)?UMIN\s?\d{9}\b/i,
  /\bChiCTR[-\s]?[A-Z]*[-\s]?\d{8,10}\b/i,
  /\bCTRI\/\d{4}\/\d{2,3}\/\d{6}\b/i,
  /\bDRKS\s?\d{8}\b/i,
  /\bIRCT\s?\d{10,18}(?:N\d+)?\b/i,
  /\b(?:NTR|NL)\s?\d{3,5}\b/,
  /\bPACTR\s?\d{15,16}\b/i,
  /\bKCT\s?\d{7}\b/i,
  /\bTCTR\s?\d{11}\b/i,
  /\bRBR-[a-z0-9]{5,9}\b/i,
  /\bSLCTR\/\d{4}\/\d{3}\b/i,
  /\bJapicCTI-?\s?\d{6}\b/i,
  /\bjRCTs?\d{9,10}\b/i,
];

export type Found = { value: string; start: number; end: number };

/** Trial registration numbers with their place in the text. */
export function findRegistrations(text: string): Found[] {
  const found: Found[] = [];
  for (const pattern of registries) {
    for (const match of text.matchAll(new RegExp(pattern, `g${pattern.flags.replace("g", "")}`))) {
      found.push({
        value: match[0].replaceAll(/\s+/g, ""),
        start: match.index,
        end: match.index + match[0].length,
      });
    }
  }
  return found.toSorted((a, b) => a.start - b.start);
}
