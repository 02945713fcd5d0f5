/** Image archives that speak DICOMweb. Nothing is asked or sent before a call of this part. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { progressSchema } from "./ledger.ts";
import { assetId } from "./review.ts";

const pacsServerSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** The root of the service, for example `http://127.0.0.1:8042/dicom-web`. */
  address: z.url(),
  /** A server on another machine is reached only where a person allowed it by its name. */
  allowedHost: z.string().nullable(),
  user: z.string(),
});

const archivedStudySchema = z.object({
  study: z.string(),
  patientName: z.string(),
  patientId: z.string(),
  /** DICOM date, for example "20240131". */
  date: z.string(),
  description: z.string(),
  accession: z.string(),
  modalities: z.array(z.string()),
  series: z.int(),
  instances: z.int(),
});

/** Matching of QIDO-RS: `*` and `?` stand for any characters; dates may be a range "20240101-20240201". */
const archiveQuerySchema = z.object({
  patientId: z.string().max(64).default(""),
  patientName: z.string().max(64).default(""),
  date: z.string().max(17).default(""),
  modality: z.string().max(16).default(""),
  accession: z.string().max(16).default(""),
  limit: z.int().min(1).max(500).default(50),
});

const server = z.object({ serverId: z.string() });

export const pacsContract = {
  "pacs.servers": { input: z.object({}), output: z.array(pacsServerSchema) },
  /** `allowedHost` must be the address's own host name where that is not this machine. */
  "pacs.add": {
    input: z.object({
      name: z.string().min(1).max(64),
      address: z.url(),
      allowedHost: z.string().optional(),
      user: z.string().default(""),
      password: z.string().default(""),
    }),
    output: pacsServerSchema,
  },
  "pacs.remove": { input: server, output: z.object({}) },
  "pacs.find": {
    input: server.extend({ query: archiveQuerySchema }),
    output: z.array(archivedStudySchema),
  },
  /** Fetches every instance of a study, as it is stored; `imaging.open` takes the files. */
  "pacs.fetch": {
    input: server.extend({ study: z.string().regex(/^[0-9.]{1,64}$/) }),
    output: z.object({ files: z.array(z.object({ assetId, name: z.string() })) }),
    event: progressSchema,
  },
  /** Sends DICOM files, for example those of `imaging.export`; what the archive refused is named. */
  "pacs.send": {
    input: server.extend({ files: z.array(z.object({ assetId, name: z.string() })).min(1) }),
    output: z.object({
      stored: z.int(),
      refused: z.array(z.object({ file: z.string(), reason: z.string() })),
    }),
    event: progressSchema,
  },
} satisfies ContractPart;

export type PacsServer = z.infer<typeof pacsServerSchema>;
export type ArchivedStudy = z.infer<typeof archivedStudySchema>;
export type ArchiveQuery = z.infer<typeof archiveQuerySchema>;
