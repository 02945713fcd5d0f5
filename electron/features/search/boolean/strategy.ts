/** A pasted search strategy, of one line or a numbered history, to a tree for each line. */
import { AppError } from "../../../api/errors.ts";
import type { Line, Strategy, Target } from "./ast.ts";
import { readLine } from "./read.ts";

type RawLine = { label: string; text: string };

/**
 * Reads a whole strategy. Lines may be numbered ("1.", "#1") or not; a line that begins with an operator
 * continues the one before; headings between numbered blocks of a PubMed strategy are left out.
 *
 * @throws AppError `badInput` when no line holds a search term.
 */
export function readStrategy(text: string, from: Target): Strategy {
  const warnings: string[] = [];
  const raw = rawLines(text, from, warnings);
  const lines: Line[] = [];
  const labels = new Set<string>();
  for (const { label, text: lineText } of raw) {
    try {
      lines.push({ label, node: readLine(lineText, from, labels, warnings) });
    } catch (thrown) {
      if (!(thrown instanceof AppError) || raw.length === 1) throw thrown;
      warnings.push(`Line ${label} was left out: ${thrown.message}`);
      continue;
    }
    labels.add(label);
  }
  if (lines.length === 0)
    throw new AppError("badInput", "The strategy holds no search terms.", {
      text: text.slice(0, 200),
    });
  return { lines, warnings: [...new Set(warnings)] };
}

function rawLines(text: string, from: Target, warnings: string[]): RawLine[] {
  const all = text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (from === "pubmed" && !isHistory(all)) return [{ label: "1", text: all.join(" ") }];
  if (from === "europepmc" || from === "ctgov") return [{ label: "1", text: all.join(" ") }];
  if (from === "pubmed") return blocks(all, warnings);
  const numbered = explicitLabels(all);
  return joinContinued(
    numbered ??
      all.map((line, index) => ({
        label: String(index + 1),
        text: line.replace(/^#?\d+[.)]\s+(?=\D)/, ""),
      })),
    numbered === undefined,
  );
}

/** Labels 1, 2, 3… at the margin of nearly every line. */
function explicitLabels(all: string[]): RawLine[] | undefined {
  if (all.length < 2) {
    const only = /^#1[.):]?\s+(\S.*)$/.exec(all[0] ?? "");
    return only ? [{ label: "1", text: only[1] ?? "" }] : undefined;
  }
  const found = all.map((line) => /^#?(\d+)(?:[.):]\s*|\s+)(\S.*)$/.exec(line));
  const inOrder = found.filter(
    (match, index) =>
      match !== null &&
      Number(match[1]) === index + 1 &&
      !/^(?:or|and|not|adj\d*)\b/i.test(match[2] ?? ""),
  ).length;
  const hashed = all.filter((line) => /^#\d+[.):]?\s/.test(line)).length;
  if (inOrder < all.length * 0.6 && hashed < all.length * 0.6) return undefined;
  const lines: RawLine[] = [];
  all.forEach((line, index) => {
    const match = found[index];
    const previous = lines.at(-1);
    if (match) lines.push({ label: match[1] ?? String(index + 1), text: match[2] ?? "" });
    else if (previous) previous.text += ` ${line}`;
  });
  return lines;
}

/** A line beginning with an operator, or following an open parenthesis that it closes, belongs to the one before. */
function joinContinued(lines: RawLine[], renumber: boolean): RawLine[] {
  const joined: RawLine[] = [];
  for (const line of lines) {
    const previous = joined.at(-1);
    const leads =
      /^(?:or|and|not)\s+(?!\/)/i.test(line.text) &&
      !/^(?:or|and)\s*(?:\/|\d+\s*-\s*\d+\s*$)/i.test(line.text);
    const closes = previous !== undefined && depth(previous.text) > 0 && depth(line.text) < 0;
    if (previous !== undefined && (leads || closes)) previous.text += ` ${line.text}`;
    else joined.push({ ...line });
  }
  return renumber ? joined.map(({ text }, index) => ({ label: String(index + 1), text })) : joined;
}

function depth(text: string): number {
  const bare = text.replaceAll(/"[^"]*"/g, "");
  return bare.split("(").length - bare.split(")").length;
}

/** Whether PubMed lines refer to each other (`#1 AND #2`, `1 AND 2`) or carry block numbers. */
function isHistory(all: string[]): boolean {
  if (all.length < 2) return false;
  return (
    all.some((line) => refersByNumber.test(line)) ||
    all.filter((line) => /^#\d+/.test(line)).length > 1
  );
}

const refersByNumber = /^(?:[A-Z][.)]\s+)?\(*#?\d+[a-z]?\s+(?:AND|OR|NOT)\s+\(*#?\d/i;

const looksLikeQuery = /[[\]"“”*]|\b(?:AND|OR|NOT)\b/;

/** PubMed strategies written as blocks under numbered headings. */
function blocks(all: string[], warnings: string[]): RawLine[] {
  const lines: RawLine[] = [];
  let label = "";
  let left = 0;
  for (const given of all) {
    const line = given.replace(/^(?:final|total|combined)?\s*search[^:]{0,20}:\s*/i, "");
    const lettered = /^([A-Z])[.)]\s+(.*)$/.exec(line);
    const numbered = lettered ?? /^#?(\d+[a-z]?)[.):]?(?:\s+(.*))?$/i.exec(line);
    const rest = numbered?.[2] ?? "";
    const isReference =
      /^\(?#?\d+[a-z]?\)?\s+(?:AND|OR|NOT)\b/i.test(line) ||
      /^[A-Z](?:\s+(?:and|or|not)\s+[A-Z])+$/i.test(line);
    if (numbered !== null && !isReference) {
      label = (numbered[1] ?? "").toLowerCase();
      if (looksLikeQuery.test(rest) || refersByNumber.test(rest)) lines.push({ label, text: rest });
      else left += rest === "" ? 0 : 1;
      continue;
    }
    if (!looksLikeQuery.test(line)) {
      left += 1;
      continue;
    }
    const previous = lines.at(-1);
    if (isReference || label === "")
      lines.push({
        label: isReference ? `line ${lines.length + 1}` : String(lines.length + 1),
        text: line,
      });
    else if (previous?.label === label)
      previous.text += /^(?:AND|OR|NOT)\b/i.test(line) ? ` ${line}` : ` OR (${line})`;
    else lines.push({ label, text: line });
  }
  if (left > 0)
    warnings.push(
      `${left} line${left === 1 ? "" : "s"} of headings or notes without search terms left out.`,
    );
  return lines;
}
