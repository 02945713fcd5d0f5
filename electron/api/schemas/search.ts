/** Searching: term blocks from a question, queries for databases, counts and runs. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { progressSchema } from "./ledger.ts";
import { importReportSchema, picoSchema, reviewId, searchRunSchema } from "./review.ts";

export const searchTargetSchema = z.enum([
  "pubmed",
  "europepmc",
  "ctgov",
  "ovid",
  "embase",
  "central",
]);
/** The ones that can be searched from here; the others are copied and pasted. */
export const searchDatabaseSchema = z.enum(["pubmed", "europepmc", "ctgov"]);
export const searchFilterSchema = z.enum(["none", "rct"]);

export const blockTermSchema = z.object({
  text: z.string().min(1),
  /** Where the term comes from; "user" is what the question says or the reviewer typed. */
  source: z.enum(["user", "abbreviation", "synonym", "spelling", "plural", "MeSH"]),
});

export const searchBlockSchema = z.object({
  concept: z.enum(["population", "intervention", "comparator", "outcome"]),
  terms: z.array(blockTermSchema),
  /** Whether the block takes part in the query. */
  used: z.boolean(),
});

/** The search as the reviewer left it: term blocks, filter, and queries edited by hand per database. */
export const searchPlanSchema = z.object({
  blocks: z.array(searchBlockSchema),
  filter: searchFilterSchema,
  edited: z.partialRecord(searchTargetSchema, z.string()),
});

const written = z.object({ query: z.string(), warnings: z.array(z.string()) });
const asked = { database: searchDatabaseSchema, query: z.string().trim().min(1) };

export const searchContract = {
  /** Blocks of editable terms for a question; sends nothing. */
  "search.suggestTerms": {
    input: z.object({ pico: picoSchema.partial() }),
    output: z.object({ blocks: z.array(searchBlockSchema), filter: searchFilterSchema }),
  },
  /** The plan kept in the review file, so that it travels with it. */
  "search.plan": { input: z.object({ reviewId }), output: searchPlanSchema },
  "search.savePlan": {
    input: z.object({ reviewId, plan: searchPlanSchema }),
    output: searchPlanSchema,
  },
  /** The Boolean query of the blocks; sends nothing. */
  "search.compile": {
    input: z.object({
      blocks: z.array(searchBlockSchema),
      target: searchTargetSchema.default("pubmed"),
      filter: searchFilterSchema.default("none"),
    }),
    output: written,
  },
  /** A query of one database in the syntax of another; sends nothing. */
  "search.translate": {
    input: z.object({
      text: z.string().min(1).max(200_000),
      from: searchTargetSchema,
      to: searchTargetSchema,
    }),
    output: written,
  },
  /** Asks the database how many records a query finds. */
  "search.count": {
    input: z.object(asked),
    output: z.object({
      count: z.int(),
      translation: z.string(),
      warnings: z.array(z.string()),
      at: z.string(),
    }),
  },
  /**
   * Fetches every record of a query and imports it into the review; the run is logged with its date
   * and count. After a cut, the same call goes on where it was.
   */
  "search.run": {
    input: z.object({ reviewId, ...asked }),
    output: z.object({
      run: searchRunSchema,
      report: importReportSchema,
      translation: z.string(),
      warnings: z.array(z.string()),
    }),
    event: progressSchema,
  },
  /** Whether a key for the database is kept; the key itself never comes back. */
  "search.keyStatus": { input: z.object({}), output: z.object({ pubmed: z.boolean() }) },
  /** Keeps NCBI's API key in the system's keychain; null forgets it. */
  "search.setKey": {
    input: z.object({
      database: z.literal("pubmed"),
      key: z.string().trim().min(8).max(200).nullable(),
    }),
    output: z.object({ pubmed: z.boolean() }),
  },
} satisfies ContractPart;

export type SearchTarget = z.infer<typeof searchTargetSchema>;
export type SearchDatabase = z.infer<typeof searchDatabaseSchema>;
export type SearchPlan = z.infer<typeof searchPlanSchema>;
export type SearchBlock = z.infer<typeof searchBlockSchema>;
export type BlockTerm = z.infer<typeof blockTermSchema>;
