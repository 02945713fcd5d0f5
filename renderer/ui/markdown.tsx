/** Model cards: headings, paragraphs, lists, tables, `code`, **strong**, the pack's own pictures. No HTML, no links out. */
import type { ReactNode } from "react";
import { blocksOf, type Block } from "./markdown-blocks.ts";

/** By path as the text names them: data addresses. What is not here is named, never fetched. */
type Pictures = Record<string, string>;

function inline(text: string, pictures: Pictures): ReactNode[] {
  return text
    .split(/(!\[[^\]]*\]\([^)]*\)|`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/)
    .map((part, index) => {
      const picture = /^!\[([^\]]*)\]\(([^)]*)\)$/.exec(part);
      if (picture) {
        const [, alt = "", path = ""] = picture;
        const source = pictures[path];
        if (source === undefined) return `(picture: ${alt || path})`;
        return <img key={index} src={source} alt={alt} />;
      }
      if (part.startsWith("`")) return <code key={index}>{part.slice(1, -1)}</code>;
      if (part.startsWith("**")) return <strong key={index}>{part.slice(2, -2)}</strong>;
      if (part.length > 2 && part.startsWith("*")) return <em key={index}>{part.slice(1, -1)}</em>;
      return part.replace(/\[([^\]]+)\]\(([^)]+)\)/g, "$1 ($2)");
    });
}

const isNumber = (cell: string): boolean => /^[-+]?\d[\d.,]*\s*%?$/.test(cell);

function Part({ block, pictures }: { block: Block; pictures: Pictures }) {
  if (block.kind === "heading") return <h3>{inline(block.text, pictures)}</h3>;
  if (block.kind === "paragraph") return <p>{inline(block.text, pictures)}</p>;
  if (block.kind === "list") {
    const items = block.items.map((text, at) => <li key={at}>{inline(text, pictures)}</li>);
    return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
  }
  return (
    <div className="scroll-table" role="region" aria-label={block.head.join(", ")} tabIndex={0}>
      <table className="plain-table">
        <thead>
          <tr>
            {block.head.map((cell, at) => (
              <th key={at}>{inline(cell, pictures)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td
                  key={column}
                  data-head={block.head[column]}
                  className={isNumber(cell) ? "numbers" : undefined}
                >
                  {inline(cell, pictures)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Markdown({ text, pictures = {} }: { text: string; pictures?: Pictures }) {
  return (
    <div className="markdown">
      {blocksOf(text).map((block, at) => (
        <Part key={at} block={block} pictures={pictures} />
      ))}
    </div>
  );
}
