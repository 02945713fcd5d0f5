/** Drawings on their way into the record: one drawing is one record, however its events arrive. */
import type { Types as ToolTypes } from "@cornerstonejs/tools";
import type { Measurement } from "../../../../electron/api/schemas/reading.ts";
import { call } from "../../../call.ts";
import { asError, invalidate } from "../../../use-call.ts";
import { toast } from "../../../ui/toast.tsx";
import { contentOf, drawingOf, toolOfAnnotation, type NewMeasurement } from "./annotations.ts";

type Annotation = ToolTypes.Annotation;

/** A record without what storing it adds; its drawing keeps its name, so that it stays one record. */
export function contentsOf(one: Measurement): NewMeasurement {
  const { id: _id, by: _by, at: _at, ...measurement } = one;
  return { ...measurement, drawing: drawingOf(one) };
}

export class Drawings {
  /** Begun and not completed: nothing of these is stored, and nothing stored takes their place. */
  readonly #begun = new Set<string>();
  readonly #changed = new Map<string, Annotation>();
  /** What was sent last for each drawing. */
  readonly #sent = new Map<string, string>();
  /** Writes of one drawing follow each other; the last one's entry is the one in force. */
  readonly #writing = new Map<string, Promise<string | undefined>>();
  readonly #studyId: string;

  constructor(studyId: string) {
    this.#studyId = studyId;
  }

  inHand(drawing: string): boolean {
    return this.#begun.has(drawing) || this.#changed.has(drawing) || this.#writing.has(drawing);
  }

  started({ annotationUID, ...rest }: Annotation): void {
    if (annotationUID && toolOfAnnotation(rest)) this.#begun.add(annotationUID);
  }

  /** Movements of a drawing that is not completed are not kept: its completion is. */
  moved(drawn: Annotation, isStored: boolean): void {
    const id = drawn.annotationUID ?? "";
    if (toolOfAnnotation(drawn) && !this.#begun.has(id) && (isStored || this.#sent.has(id)))
      this.#changed.set(id, drawn);
  }

  completed(drawn: Annotation): void {
    const id = drawn.annotationUID ?? "";
    if (!toolOfAnnotation(drawn)) return;
    this.#begun.delete(id);
    this.#changed.set(id, drawn);
  }

  forget({ annotationUID = "" }: Annotation): void {
    this.#begun.delete(annotationUID);
    this.#changed.delete(annotationUID);
  }

  takeChanged(): Annotation[] {
    const all = [...this.#changed.values()];
    this.#changed.clear();
    return all;
  }

  /** Stores a drawing as it is now, in place of its earlier record; does nothing where that says the same. */
  async write(measurement: NewMeasurement, before?: Measurement): Promise<void> {
    const drawing = measurement.drawing ?? "";
    const content = contentOf(measurement);
    if (content === (this.#sent.get(drawing) ?? (before && contentOf(before)))) return;
    this.#sent.set(drawing, content);
    await this.#next(
      drawing,
      async () => (await call("imaging.measure", { studyId: this.#studyId, measurement })).id,
    );
  }

  /** False, and said so, where it could not be removed. */
  async remove(one: Measurement): Promise<boolean> {
    const drawing = drawingOf(one);
    let isRemoved = false;
    await this.#next(drawing, async (last = one.id) => {
      await call("imaging.removeEntry", { studyId: this.#studyId, entryId: last });
      isRemoved = true;
      return undefined;
    });
    if (isRemoved) this.#sent.delete(drawing);
    return isRemoved;
  }

  async #next(
    drawing: string,
    work: (last: string | undefined) => Promise<string | undefined>,
  ): Promise<void> {
    const before = this.#writing.get(drawing) ?? Promise.resolve(undefined);
    const mine = before.then(async (last) => {
      try {
        return await work(last);
      } catch (thrown) {
        this.#sent.delete(drawing);
        toast(`Not stored: ${asError(thrown).message}`);
        return last;
      }
    });
    this.#writing.set(drawing, mine);
    await mine;
    if (this.#writing.get(drawing) === mine) this.#writing.delete(drawing);
    invalidate("imaging.reading");
  }
}
