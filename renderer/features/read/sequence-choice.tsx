/** Which series of a study are read together as MR sequences: found by their names, changed by the reader. */
import type { Series, Study } from "../../../electron/api/schemas/imaging.ts";
import { sequenceOf, sequences, type Sequence } from "../../../electron/api/sequences.ts";
import { useRemembered } from "../../frame/remembered.ts";

type Taken = Partial<Record<Sequence, string>>;

/** A file that names no modality may be an MR sequence where it is a volume. */
const readable = ({ modality, channels, shape }: Series): boolean =>
  channels === 1 && (modality === "MR" || (modality === "unknown" && shape[2] > 1));

/** What the names say, where each sequence is named once. */
function byName(images: readonly Series[]): Taken {
  const found = sequences.map((name) => images.filter((image) => sequenceOf(image) === name));
  return Object.fromEntries(
    sequences.flatMap((name, at) => {
      const [only, another] = found[at] ?? [];
      return only && !another ? [[name, only.id]] : [];
    }),
  );
}

function parsed(text: string): Taken | null {
  return text === "" ? null : (JSON.parse(text) as Taken);
}

export function useSequences(study: Study, series: Series) {
  const [kept, keep] = useRemembered<string>(`read.sequences.${study.id}`, "");
  const images = study.images.filter(readable);
  const chosen = parsed(kept) ?? byName(images);
  const taken = Object.fromEntries(
    Object.entries(chosen).filter(([, id]) => images.some((image) => image.id === id)),
  ) as Taken;
  const isPart = Object.values(taken).includes(series.id) && Object.keys(taken).length > 1;
  return {
    images,
    taken,
    /** What is asked about: nothing where the series in view is read alone. */
    asked: isPart ? taken : {},
    /** Several at once; of one series named twice the first counts. */
    take: (all: readonly (readonly [Sequence, string])[]): void => {
      const names = new Set(all.map(([name]) => name));
      const ids = new Set(all.map(([, id]) => id));
      const others = Object.entries(taken).filter(
        ([name, id]) => !names.has(name as Sequence) && !ids.has(id),
      );
      const first = all.filter(([, id], at) => all.findIndex(([, other]) => other === id) === at);
      keep(JSON.stringify(Object.fromEntries([...others, ...first])));
    },
    /** One series stands for one sequence: taken for another, it leaves its place. */
    choose: (name: Sequence, id: string): void => {
      const others = Object.entries(taken).filter(([one, other]) => one !== name && other !== id);
      keep(JSON.stringify(Object.fromEntries([...others, ...(id ? [[name, id]] : [])])));
    },
  };
}

export function SequenceChoice({ of }: { of: ReturnType<typeof useSequences> }) {
  const { images, taken, asked, choose } = of;
  if (images.length < 2) return null;
  const count = Object.keys(asked).length;
  return (
    <details className="talk-sequences">
      <summary>
        {count > 1
          ? `${count} MR sequences are asked about together`
          : "This series is asked about alone"}
      </summary>
      <div className="talk-sequence-list">
        {sequences.map((name) => (
          <label key={name}>
            {name}
            <select
              className="input"
              aria-label={`Series for ${name}`}
              value={taken[name] ?? ""}
              onChange={(event) => choose(name, event.target.value)}
            >
              <option value="">none</option>
              {images.map((image) => (
                <option key={image.id} value={image.id}>
                  {image.header?.description
                    ? `${image.header.description} (${image.name})`
                    : image.name}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </details>
  );
}
