/** Types that make one table of calls exhaustive: a missing or extra handler does not compile. */
import type { z } from "zod";

export type CallShape = { input: z.ZodType; output: z.ZodType; event?: z.ZodType };
export type ContractPart = Record<string, CallShape>;

type EventOf<C extends CallShape> = C extends { event: infer E extends z.ZodType }
  ? z.input<E>
  : never;

export type CallOptions<Event> = { signal: AbortSignal; emit: (event: Event) => void };

/** Handlers for a part of the contract: one function per call, typed by its schemas. */
export type HandlersFor<Part extends ContractPart> = {
  [Name in keyof Part]: (
    input: z.output<Part[Name]["input"]>,
    options: CallOptions<EventOf<Part[Name]>>,
  ) => Promise<z.input<Part[Name]["output"]>>;
};

/** What a caller sees: input before defaults, output after. */
export type InputOf<C extends CallShape> = z.input<C["input"]>;
export type OutputOf<C extends CallShape> = z.output<C["output"]>;
export type EventsOf<C extends CallShape> = EventOf<C>;
