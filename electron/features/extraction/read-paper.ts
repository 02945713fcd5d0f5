/** Bytes of a full text, whatever its format, to a paper. */
import { AppError } from "../../api/errors.ts";
import { textFrom } from "../../encodings.ts";
import type { Paper } from "../../api/schemas/extraction.ts";
import { isBiocJson, paperFromBiocJson } from "./bioc.ts";
import { paperFromJats } from "./jats.ts";
import { withRecognised, type RecognisedPage } from "./ocr/recognised.ts";
import { otherLanguage } from "./language.ts";
import type { PdfOptions } from "./pdf.ts";
import { readPdfApart } from "./pdf-apart.ts";
import { paperFromPdf } from "./pdf-paper.ts";
import { paperFromPlain } from "./plain.ts";

/** Recognises PDF, JATS XML, BioC XML or JSON, and text by content. Throws `badFile`, `passwordRequired`, `unsupported`. */
export async function readPaper(
  bytes: Uint8Array,
  options: PdfOptions & { recognised?: readonly RecognisedPage[] } = {},
): Promise<Paper> {
  const paper = await readAny(bytes, options);
  const language = otherLanguage(paper.text);
  if (language !== undefined)
    paper.warnings.push(
      `the paper seems to be in ${language}: rules and packs read English, so values may be missed or wrong`,
    );
  return paper;
}

async function readAny(
  bytes: Uint8Array,
  { recognised = [], ...options }: PdfOptions & { recognised?: readonly RecognisedPage[] },
): Promise<Paper> {
  if (bytes.byteLength === 0) throw new AppError("badFile", "The file is empty.");
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  if (head.includes("%PDF-"))
    return paperFromPdf(withRecognised(await readPdfApart(bytes, options), recognised));
  if (head.startsWith("PK"))
    throw new AppError(
      "unsupported",
      "This is a ZIP or Office file; full texts are read from PDF, JATS or BioC (XML or JSON), Markdown and plain text.",
    );
  const text = textFrom(bytes, "The file");
  if (/^\s*\{\s*"(?:protocolSection|resultsSection)"/.test(text))
    throw new AppError(
      "unsupported",
      "This is a registry's record, not a paper: attach it to its study, or give it to extract with --registry.",
    );
  if (isBiocJson(text)) return paperFromBiocJson(text);
  if (/^\s*(<\?xml|<!DOCTYPE|<[a-zA-Z])/.test(text)) return paperFromJats(text);
  return paperFromPlain(text);
}
