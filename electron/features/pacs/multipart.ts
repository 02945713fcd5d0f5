/** multipart/related bodies of DICOMweb (RFC 2387, PS3.18 8.7.3), bytes in and bytes out. */
import { AppError } from "../../api/errors.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const [first] = wanted;
  for (
    let at = bytes.indexOf(first as number, from);
    at >= 0;
    at = bytes.indexOf(first as number, at + 1)
  ) {
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same += 1;
    if (same === wanted.length) return at;
  }
  return -1;
}

/** The parts' contents without their headers. @throws network where the body is not what its type says */
export function partsOf(contentType: string, body: Uint8Array): Uint8Array[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (!/^multipart\/related/i.test(contentType) || boundary === undefined)
    throw new AppError(
      "network",
      `The archive answered with "${contentType || "no type"}" instead of DICOM files.`,
    );
  const mark = ascii(`--${boundary}`);
  const blank = ascii("\r\n\r\n");
  const parts: Uint8Array[] = [];
  let at = indexOf(body, mark, 0);
  while (at >= 0) {
    const after = at + mark.length;
    if (body[after] === 0x2d && body[after + 1] === 0x2d) return parts;
    const head = indexOf(body, blank, after);
    // Pixels may hold the boundary's letters; a real one stands on a line of its own.
    const next = head < 0 ? -1 : indexOf(body, ascii(`\r\n--${boundary}`), head + 2);
    if (head < 0 || next < 0) break;
    parts.push(body.subarray(head + blank.length, Math.max(head + blank.length, next)));
    at = next + 2;
  }
  throw new AppError("network", "The archive's answer breaks off before its end.");
}

/** One body of DICOM files and the type that names its boundary. */
export function multipart(files: readonly Uint8Array[]): {
  type: string;
  body: Uint8Array<ArrayBuffer>;
} {
  const boundary = `evidesk-${crypto.randomUUID()}`;
  const pieces = files.flatMap((bytes) => [
    ascii(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    bytes,
    ascii("\r\n"),
  ]);
  pieces.push(ascii(`--${boundary}--\r\n`));
  const body = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return { type: `multipart/related; type="application/dicom"; boundary=${boundary}`, body };
}
