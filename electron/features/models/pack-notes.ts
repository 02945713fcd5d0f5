/** What this machine knows of each pack beside the pack itself: the chosen device, the last timings. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { askingSchema, type Asking } from "../../api/schemas/effort.ts";
import { benchSchema, type Bench } from "../../api/schemas/models.ts";

const noteSchema = z.object({
  device: z.string().optional(),
  bench: z.array(benchSchema).optional(),
  /** Who is asked first and how many, calibrated here; of several packs under their ids joined by "+". */
  asking: askingSchema.optional(),
});
type Note = z.infer<typeof noteSchema>;
export type PackNotes = ReturnType<typeof openPackNotes>;

/** @param folder where the user's packs lie; the notes are `notes.json` in it */
export function openPackNotes(folder: string) {
  const file = join(folder, "notes.json");
  let known: { stamp: number; notes: Record<string, Note> } | undefined;

  /** Another program on the same folder (the command line) may have written since. */
  function read(): Record<string, Note> {
    const about = statSync(file, { throwIfNoEntry: false });
    if (about === undefined) return {};
    if (known?.stamp === about.mtimeMs) return known.notes;
    const parsed = z
      .record(z.string(), noteSchema)
      .safeParse(JSON.parse(readFileSync(file, "utf8")));
    // Timings in an older program's form are measured again rather than misread.
    known = { stamp: about.mtimeMs, notes: parsed.success ? parsed.data : {} };
    return known.notes;
  }

  function write(id: string, note: Note | undefined): void {
    const { [id]: _old, ...rest } = read();
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      `${file}.new`,
      JSON.stringify(note === undefined ? rest : { ...rest, [id]: note }),
    );
    renameSync(`${file}.new`, file);
    known = undefined;
  }

  return {
    device: (id: string): string | undefined => read()[id]?.device,
    bench: (id: string): Bench[] => read()[id]?.bench ?? [],
    asking: (id: string): Asking | undefined => read()[id]?.asking,
    /** Kinds of image that were calibrated before and are not in `asking` stay. */
    setAsking: (id: string, asking: Asking): void => {
      const note = read()[id] ?? {};
      write(id, { ...note, asking: { ...note.asking, ...asking } });
    },
    /** Undefined leaves the choice to the program. */
    setDevice: (id: string, device: string | undefined): void => {
      const { device: _old, ...note } = read()[id] ?? {};
      write(id, device === undefined ? note : { ...note, device });
    },
    /** One timing a device: the newest. */
    addBench: (bench: Bench): void => {
      const note = read()[bench.id] ?? {};
      const others = (note.bench ?? []).filter(({ device }) => device !== bench.device);
      write(bench.id, { ...note, bench: [bench, ...others] });
    },
    forget: (id: string): void => write(id, undefined),
  };
}
