/** The small part of Markdown that cards use: headings, paragraphs, lists, tables, `code`, **strong**. No HTML, no links out. */
import type { ReactNode } from "react";

function inline(text: string): ReactNode[] {
  return text
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, "$1 ($2)")
    .split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/)
    .map((part, index) => {
      if (part.startsWith("`")) return <code key={index}>{part.slice(1, -1)}</code>;
      if (part.startsWith("**")) return <strong key={index}>{part.slice(2, -2)}</strong>;
      if (part.length > 2 && part.startsWith("*")) return <em key={index}>{part.slice(1, -1)}</em>;
      return part;
    });
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function block(text: string, key: number): ReactNode {
  const lines = text.split("\n");
  const first = lines[0] ?? "";
  const heading = /^(#{1,4})\s+(.*)$/.exec(first);
  if (heading) {
    const rest = lines.slice(1).join("\n").trim();
    return (
      <div key={key} className="markdown-part">
        <h3>{inline(heading[2] ?? "")}</h3>
        {rest && block(rest, 0)}
      </div>
    );
  }
  if (lines.length > 1 && first.includes("|") && /^[\s|:-]+$/.test(lines[1] ?? "")) {
    return (
      <div key={key} className="markdown-table">
        <table className="plain-table">
          <thead>
            <tr>
              {cellsOf(first).map((cell, index) => (
                <th key={index}>{inline(cell)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.slice(2).map((line, row) => (
              <tr key={row}>
                {cellsOf(line).map((cell, index) => (
                  <td key={index}>{inline(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    );
  }
  const bullet = /^\s*[-*]\s/.test(first);
  if (bullet || /^\s*\d+\.\s/.test(first)) {
    const items = text
      .split(bullet ? /\n(?=\s*[-*]\s)/ : /\n(?=\s*\d+\.\s)/)
      .map((item) => item.replace(/^\s*(?:[-*]|\d+\.)\s+/, "").replace(/\n\s*/g, " "));
    const lines = items.map((item, index) => <li key={index}>{inline(item)}</li>);
    return bullet ? <ul key={key}>{lines}</ul> : <ol key={key}>{lines}</ol>;
  }
  return <p key={key}>{inline(lines.join(" "))}</p>;
}

export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      {text
        .trim()
        .split(/\n\s*\n/)
        .map((part, index) => block(part.trim(), index))}
    </div>
  );
}
