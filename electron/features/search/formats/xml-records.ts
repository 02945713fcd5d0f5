/** Cuts a stream of XML text into record elements, so that size and breakage of a file do not matter. */
import { AppError } from "../../../api/errors.ts";
import type { Sink } from "../record.ts";
import { parseElement, type XmlNode } from "./xml-nodes.ts";

/** Longest XML of one record that is read, in characters. */
const elementCeiling = 8_000_000;
const prologCeiling = 200_000;

export type TextReader = { text: (chunk: string) => void; end: () => void };

/**
 * Hands each `<name …>…</name>` element, name being one of `names`, to `read` with its line. Entity
 * declarations are refused before anything is read: no reference export needs them, and nested ones
 * can be made to fill any memory. External DTDs are never fetched.
 */
export function openXmlRecords(
  sink: Sink,
  names: string[],
  read: (element: XmlNode, line: number) => void,
): TextReader {
  const opening = new RegExp(`<(${names.join("|")})(?=[\\s/>])`, "g");
  let buffer = "";
  let line = 1;
  let inProlog = true;
  let seen = 0;
  let skipping = "";

  function checkProlog(atEnd: boolean): boolean {
    const doctype = buffer.indexOf("<!DOCTYPE");
    if (/<!ENTITY/i.test(buffer.slice(0, prologCeiling))) {
      const at = line + countLines(buffer, buffer.search(/<!ENTITY/i));
      throw new AppError(
        "badFile",
        `The XML declares entities of its own (line ${at}); such files are refused, since nested entities can be made to fill any memory.`,
        { line: at },
      );
    }
    const root = buffer.search(/<[A-Za-z]/);
    if (root < 0 && !atEnd && buffer.length < prologCeiling) return false;
    if (doctype >= 0 && root < 0) return false;
    inProlog = false;
    return true;
  }

  function drop(length: number): void {
    line += countLines(buffer, length);
    buffer = buffer.slice(length);
  }

  /** Returns false when the element at the front is not complete yet. */
  function takeElement(start: number, name: string): boolean {
    const tagEnd = buffer.indexOf(">", start);
    if (tagEnd < 0) return false;
    const closing = `</${name}>`;
    const close =
      buffer[tagEnd - 1] === "/" ? tagEnd + 1 - closing.length : buffer.indexOf(closing, tagEnd);
    if (close < 0) {
      if (buffer.length - start <= elementCeiling) return false;
      drop(start);
      sink.reject(line, `The ${name} element is longer than ${elementCeiling} characters.`);
      skipping = closing;
      return true;
    }
    drop(start);
    const length = close + closing.length - start;
    readElement(buffer.slice(0, length), line);
    drop(length);
    return true;
  }

  function readElement(xml: string, at: number): void {
    seen += 1;
    const element = parseElement(xml);
    if ("problem" in element)
      sink.reject(at, `The XML of this record is not well-formed: ${element.problem}`);
    else read(element, at);
  }

  function work(): void {
    for (;;) {
      if (skipping !== "") {
        const close = buffer.indexOf(skipping);
        if (close < 0) return drop(Math.max(0, buffer.length - skipping.length));
        drop(close + skipping.length);
        skipping = "";
      }
      opening.lastIndex = 0;
      const found = opening.exec(buffer);
      if (found === null) return drop(Math.max(0, buffer.length - 64));
      if (!takeElement(found.index, found[1] ?? "")) return drop(found.index);
    }
  }

  return {
    text(chunk) {
      buffer += chunk;
      if (inProlog && !checkProlog(false)) return;
      work();
    },
    end() {
      if (inProlog) checkProlog(true);
      work();
      opening.lastIndex = 0;
      const found = opening.exec(buffer);
      if (found !== null) {
        drop(found.index);
        sink.reject(line, `The file ends inside this ${found[1]} element.`);
      } else if (seen === 0) sink.reject(1, `The XML holds no ${names.join(", ")} element.`);
    },
  };
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1))
    count += 1;
  return count;
}
