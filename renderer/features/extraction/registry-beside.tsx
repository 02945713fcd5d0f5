/** What the registry says of a cell, beside the paper's own words, and the way to take it. */
import type { GridCell } from "../../../electron/api/schemas/extraction.ts";
import { Why } from "../../frame/why.tsx";
import { Button } from "../../ui/button.tsx";
import { textOf } from "./cells.ts";

export function RegistryBeside({ cell, onTake }: { cell: GridCell; onTake: () => void }) {
  const { registry, suggestion } = cell;
  if (!registry || registry.id === suggestion?.id) return null;
  const differs = suggestion?.checks.some(
    ({ name, ok }) => name === "paper against registry" && !ok,
  );
  const taken = cell.decision?.suggestionId === registry.id && cell.decision.action === "accept";
  return (
    <Why title={differs ? "The registry says otherwise" : "The registry says"}>
      <blockquote className="why-quote" data-differs={differs}>
        {textOf(registry.value)}
        <footer>{registry.evidence[0]?.source ?? registry.model}</footer>
      </blockquote>
      {!taken && (
        <p>
          <Button shortcut="G" onPress={onTake}>
            Take the registry’s value
          </Button>
        </p>
      )}
    </Why>
  );
}
