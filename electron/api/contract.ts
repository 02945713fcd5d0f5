/**
 * Every call the program answers, in one flat map: `feature.verb` to schemas of input, output and
 * progress events. Inputs come from outside and are parsed; outputs are typed.
 */
import type { EventsOf, HandlersFor, InputOf, OutputOf } from "./call.ts";
import { auditContract } from "./schemas/audit.ts";
import { channelsContract } from "./schemas/channels.ts";
import { exportContract } from "./schemas/export.ts";
import { generationContract } from "./schemas/generation.ts";
import { heatMapContract } from "./schemas/heat-map.ts";
import { imagingContract } from "./schemas/imaging.ts";
import { libraryContract } from "./schemas/library.ts";
import { modelsContract } from "./schemas/models.ts";
import { runtimeContract } from "./schemas/runtime.ts";
import { extractionContract } from "./schemas/extraction.ts";
import { pacsContract } from "./schemas/pacs.ts";
import { readingContract } from "./schemas/reading.ts";
import { recordsContract } from "./schemas/records.ts";
import { reviewContract } from "./schemas/review.ts";
import { screeningContract } from "./schemas/screening.ts";
import { segmentationContract } from "./schemas/segmentation.ts";
import { searchContract } from "./schemas/search.ts";
import { teamContract } from "./schemas/team.ts";

export const contract = {
  ...reviewContract,
  ...auditContract,
  ...exportContract,
  ...imagingContract,
  ...readingContract,
  ...heatMapContract,
  ...channelsContract,
  ...pacsContract,
  ...segmentationContract,
  ...modelsContract,
  ...runtimeContract,
  ...generationContract,
  ...screeningContract,
  ...extractionContract,
  ...searchContract,
  ...libraryContract,
  ...teamContract,
  ...recordsContract,
};

export type Contract = typeof contract;
export type CallName = keyof Contract;
export type Handlers = HandlersFor<Contract>;
export type Input<Name extends CallName> = InputOf<Contract[Name]>;
export type Output<Name extends CallName> = OutputOf<Contract[Name]>;
export type CallEvent<Name extends CallName> = EventsOf<Contract[Name]>;

/** One typed way to call, whatever lies between caller and handler. */
export type AppCall = <Name extends CallName>(
  name: Name,
  input: Input<Name>,
  options?: { signal?: AbortSignal; emit?: (event: CallEvent<Name>) => void },
) => Promise<Output<Name>>;
