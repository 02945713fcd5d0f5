/** How much memory models may take on each device: the user's choice, else a share of the machine's. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const schema = z.record(z.string(), z.number().positive());
/** Half of the machine: the other half is the reader's images, the desk and whatever else runs. */
const ofMachine = 0.5;
/** Video memory cannot be asked for everywhere; a small card's is taken until the user says more. */
const cardBytes = 4e9;

/** Beside the models the process holds images, windows and what a run needs for a while. */
const besideModels = 0.25;
const leastBeside = 2e9;
const mostOfMachine = 0.9;

export type Budgets = ReturnType<typeof openBudgets>;

/** @param folder where the user's packs lie; the choices are `budgets.json` in it */
export function openBudgets(folder: string, machineBytes: number = totalmem()) {
  const file = join(folder, "budgets.json");
  let chosen = read();

  function read(): Record<string, number> {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return {};
    try {
      return schema.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch {
      // A damaged file costs the choice, not the models.
      return {};
    }
  }

  return {
    of: (device: string): number =>
      chosen[device] ?? (device === "cpu" ? machineBytes * ofMachine : cardBytes),
    /** What the model process may hold in all, whatever a model asks for. */
    processBytes: (): number =>
      Math.min(
        (chosen["cpu"] ?? machineBytes * ofMachine) +
          Math.max(leastBeside, machineBytes * besideModels),
        machineBytes * mostOfMachine,
      ),
    isChosen: (device: string): boolean => chosen[device] !== undefined,
    /** Null goes back to the default. */
    set: (device: string, bytes: number | null): void => {
      const { [device]: _old, ...rest } = chosen;
      chosen = bytes === null ? rest : { ...rest, [device]: bytes };
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(chosen));
      renameSync(`${file}.new`, file);
    },
  };
}
