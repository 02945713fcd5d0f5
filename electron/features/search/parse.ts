/** A reference export of any known format to records: streaming, tolerant, and exact about what it rejects. */
import { AppError } from "../../api/errors.ts";
import { openDecoding } from "../../encodings.ts";
import { detectFormat, formats, type Detected, type Format } from "./detect.ts";
import { openBibtex } from "./formats/bibtex.ts";
import { openCslJson } from "./formats/csl-json.ts";
import { openDelimited } from "./formats/delimited.ts";
import { openEndnoteXml } from "./formats/endnote-xml.ts";
import { openIsi } from "./formats/isi.ts";
import { openNbib } from "./formats/nbib.ts";
import { openOvid } from "./formats/ovid.ts";
import { openPubmedXml } from "./formats/pubmed-xml.ts";
import { openRefer } from "./formats/refer.ts";
import { openRis } from "./formats/ris.ts";
import type { TextReader } from "./formats/xml-records.ts";
import { lineSplitter } from "./lines.ts";
import type { ImportedRecord, Rejection, Sink } from "./record.ts";

export type Parsed = { format: Format; records: ImportedRecord[]; rejected: Rejection[] };

const headBytes = 1 << 16;
const piece = 1 << 18;
/** One letter beyond Latin-1 doubles the memory of the whole string around it, so strings are kept short. */
const smallPiece = 1 << 13;

/**
 * Reads an export. Records come in file order; what cannot be read is named by file, line and reason,
 * and everything else is still returned.
 *
 * @throws AppError `badFile` when the file as a whole is of no known format, empty, or declares XML entities.
 */
export async function parseReferences(
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array,
  { fileName, signal }: { fileName: string; signal?: AbortSignal },
): Promise<Parsed> {
  const records: ImportedRecord[] = [];
  const rejected: Rejection[] = [];
  const sink: Sink = {
    record: (record) => records.push(record),
    reject: (line, reason) => rejected.push({ file: fileName, line, reason }),
  };
  let open:
    | { reader: TextReader; decoding: ReturnType<typeof openDecoding>; format: Format }
    | undefined;
  let head: Uint8Array[] = [];
  let held = 0;

  function begin(): NonNullable<typeof open> {
    const first = head.length === 1 && head[0] ? head[0] : Buffer.concat(head);
    head = [];
    const decoding = openDecoding(first);
    const text = decoding.decode(first);
    const detected = detectFormat(
      text === "" ? new TextDecoder("windows-1252").decode(first) : text,
    );
    if (detected === undefined) throw unknownFormat(fileName, first.length, text);
    const reader = openReader(sink, detected, text);
    open = { reader, decoding, format: detected.format };
    reader.text(text);
    return open;
  }

  for await (const chunk of input instanceof Uint8Array ? inPieces(input, piece) : input) {
    signal?.throwIfAborted();
    if (open !== undefined) {
      const size = open.format.endsWith("xml") ? chunk.length : smallPiece;
      for (const part of inPieces(chunk, Math.max(1, size)))
        open.reader.text(open.decoding.decode(part));
      continue;
    }
    head.push(chunk);
    held += chunk.length;
    if (held >= headBytes) begin();
  }
  const last = open ?? begin();
  last.reader.text(last.decoding.end());
  last.reader.end();
  return { format: last.format, records, rejected };
}

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function unknownFormat(fileName: string, length: number, text: string): AppError {
  if (length === 0 || text.trim() === "")
    return new AppError("badFile", `"${fileName}" is empty.`, { fileName });
  const start = text.trim().slice(0, 80);
  const unprintable = [...start].filter(
    (letter) => /[\p{C}\uFFFD]/u.test(letter) && !/\s/.test(letter),
  );
  if (unprintable.length > 2)
    return new AppError(
      "badFile",
      `"${fileName}" is not text, so it holds no references. Export the references from the database or manager as RIS, NBIB, BibTeX or CSV; a paper's PDF is attached to its record.`,
      { fileName },
    );
  const begins = start.replaceAll(/\s+/g, " ");
  return new AppError(
    "badFile",
    `"${fileName}" is no reference export that can be read (${Object.values(formats).join(", ")}). It begins: "${begins}".`,
    { fileName },
  );
}

function openReader(sink: Sink, { format, delimiter }: Detected, head: string): TextReader {
  if (format === "pubmed-xml") return openPubmedXml(sink);
  if (format === "endnote-xml") return openEndnoteXml(sink);
  if (format === "csl-json") return openCslJson(sink);
  const loneReturns = head.includes("\r") && !head.includes("\n");
  const readers = {
    ris: openRis,
    nbib: openNbib,
    bibtex: openBibtex,
    ovid: openOvid,
    isi: openIsi,
    refer: openRefer,
  };
  return lineSplitter(
    format === "csv" ? openDelimited(sink, delimiter ?? ",") : readers[format](sink),
    loneReturns,
  );
}
