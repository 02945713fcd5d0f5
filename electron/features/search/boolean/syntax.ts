/** The syntax of each database by its name. */
import type { Target } from "./ast.ts";
import { central, embase } from "./write-colon.ts";
import { ctgov, europepmc } from "./write-lucene.ts";
import { ovid } from "./write-ovid.ts";
import { pubmed } from "./write-pubmed.ts";
import type { Syntax } from "./write.ts";

export type { Syntax };
export const syntaxes: Record<Target, Syntax> = { pubmed, europepmc, ctgov, ovid, embase, central };
