/** One column per concept; its terms as chips, joined by OR inside and AND between columns. */
import { Plus, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { SearchBlock } from "../../../electron/api/schemas/search.ts";
import type { useBlocks } from "./use-blocks.ts";

export function ConceptColumns({ blocks }: { blocks: ReturnType<typeof useBlocks> }) {
  return (
    <div className="concepts">
      {blocks.plan.blocks.map((block) => (
        <Concept key={block.concept} block={block} blocks={blocks} />
      ))}
    </div>
  );
}

function Concept({ block, blocks }: { block: SearchBlock; blocks: ReturnType<typeof useBlocks> }) {
  const [text, setText] = useState("");
  function add(event: FormEvent): void {
    event.preventDefault();
    if (text.trim() === "") return;
    blocks.addTerm(block.concept, text.trim());
    setText("");
  }
  return (
    <section className="concept" data-used={block.used} aria-label={block.concept}>
      <div className="concept-head">
        <span className="element" data-element={block.concept}>
          {block.concept}
        </span>
        <span className="count">{block.terms.length}</span>
        <label className="concept-use">
          <input
            type="checkbox"
            checked={block.used}
            onChange={() => blocks.toggle(block.concept)}
          />{" "}
          use
        </label>
      </div>
      <ul className="terms">
        {block.terms.map((term) => (
          <li
            key={`${term.source} ${term.text}`}
            className="term"
            data-state={term.source === "user" ? "accepted" : "suggested"}
            title={term.source === "user" ? "Yours" : `Suggested: ${term.source}`}
          >
            <span>{term.text}</span>
            {term.source !== "user" && <span className="term-source">{term.source}</span>}
            <AriaButton
              className="term-remove"
              aria-label={`Remove ${term.text}`}
              onPress={() => blocks.removeTerm(block.concept, term.text)}
            >
              <X size={12} aria-hidden />
            </AriaButton>
          </li>
        ))}
      </ul>
      <form className="term-add" onSubmit={add}>
        <input
          className="input"
          aria-label={`Another term for ${block.concept}`}
          placeholder="Add a term"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button
          type="submit"
          className="button"
          data-kind="quiet"
          data-icon
          aria-label="Add the term"
        >
          <Plus size={15} aria-hidden />
        </button>
      </form>
    </section>
  );
}
