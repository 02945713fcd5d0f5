/** Cuts text chunks into numbered lines, and lets go of a line that is longer than any real one. */
import type { LineReader } from "./record.ts";

/** Longest line kept, in characters. The longest abstracts of real exports are below 100,000. */
const lineCeiling = 4_000_000;

/** Ends lines at LF, CRLF, or CR where `loneReturns` (old Macintosh files). */
export function lineSplitter(
  reader: LineReader,
  loneReturns: boolean,
): { text: (chunk: string) => void; end: () => void } {
  const terminator = loneReturns ? "\r" : "\n";
  let pending: string[] = [];
  let pendingLength = 0;
  let number = 0;

  function finish(last: string): void {
    number += 1;
    const total = pendingLength + last.length;
    if (total > lineCeiling) reader.overlong(number, total);
    else {
      let line = pending.length > 0 ? pending.join("") + last : last;
      if (line.endsWith("\r")) line = line.slice(0, -1);
      reader.line(line, number);
    }
    pending = [];
    pendingLength = 0;
  }

  return {
    text(chunk) {
      let start = 0;
      for (let at = chunk.indexOf(terminator); at >= 0; at = chunk.indexOf(terminator, start)) {
        finish(chunk.slice(start, at));
        start = at + 1;
      }
      if (start === chunk.length) return;
      const rest = chunk.length - start;
      // Past the ceiling only the length is remembered, so a 200 MB line costs no memory.
      if (pendingLength + rest <= lineCeiling) pending.push(chunk.slice(start));
      else pending = [];
      pendingLength += rest;
    },
    end() {
      if (pendingLength > 0) finish("");
      reader.end();
    },
  };
}
