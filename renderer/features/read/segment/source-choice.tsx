/** Which label map is in view: a model's, or the reader's own. */
import type { Source } from "./sources.ts";

type ChoiceProps = {
  sources: readonly Source[];
  source: Source;
  onSource: (id: string) => void;
};

export function SourceChoice({ sources, source, onSource }: ChoiceProps) {
  if (sources.length < 2) return <strong>{source.name}</strong>;
  return (
    <select
      aria-label="Label map in view"
      value={source.id}
      onChange={(event) => onSource(event.target.value)}
    >
      {sources.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
