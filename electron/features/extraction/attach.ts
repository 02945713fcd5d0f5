/** Uploaded files to the records they belong to: papers by DOI and title, registry records by their number. */
import { AppError, toErrorShape } from "../../api/errors.ts";
import type { AttachResult, Paper } from "../../api/schemas/extraction.ts";
import type { AssetStore } from "../review/assets.ts";
import type { ReviewFile } from "../review/store.ts";
import { bestMatches, fits, sureMatch, type Match } from "./matching.ts";
import type { Papers } from "./papers.ts";
import { attachTrial, numbersOf } from "./registry/handlers.ts";
import { recordsOf, trialIn } from "./registry/record-file.ts";
import type { RegistryTrial } from "./registry/trial.ts";

type Upload = {
  assetId: string;
  name: string;
  recordId?: string | undefined;
  password?: string | undefined;
};

/** A paper is attached, a registry's JSON record is kept with its study and its values are suggested. */
export async function attachOne(
  file: ReviewFile,
  { papers, assets }: { papers: Papers; assets: Pick<AssetStore, "get"> },
  upload: Upload,
  how: { confirm: boolean; actor: string; signal: AbortSignal },
): Promise<AttachResult> {
  const { assetId, name, recordId } = upload;
  let paper: Paper;
  try {
    const trial = trialIn(await assets.get(assetId));
    if (trial) return await attachRecord(file, papers, upload, trial, how);
    paper = await papers.read(assetId, { password: upload.password, signal: how.signal });
  } catch (thrown) {
    const { code, message } = toErrorShape(thrown);
    if (code === "cancelled" || code === "notFound") throw thrown;
    return {
      assetId,
      name,
      title: "",
      doi: "",
      recordId: null,
      matchedBy: null,
      code,
      warning: message,
      candidates: [],
    };
  }
  const records = file.records();
  const matches = bestMatches(paper, records);
  const base = {
    assetId,
    name,
    title: paper.title,
    doi: paper.doi,
    code: null,
    candidates: matches.map(({ recordId: id, title, score }) => ({ recordId: id, title, score })),
  };
  const attach = (
    id: string,
    matchedBy: "doi" | "title" | "chosen",
    warning: string | null,
  ): AttachResult => {
    file.attachReport(how.actor, id, { assetId, name, matchedBy });
    return { ...base, recordId: id, matchedBy, warning };
  };
  if (recordId !== undefined) {
    const record = records.find((one) => one.id === recordId);
    if (!record)
      throw new AppError("notFound", `The review has no record ${recordId}.`, { recordId });
    const match = fits(paper, record);
    if (match.score >= 0.6) return attach(recordId, match.by, noTextWarning(paper));
    const problem = otherPaper(paper, matches[0]);
    return how.confirm
      ? attach(recordId, "chosen", problem)
      : { ...base, recordId: null, matchedBy: null, warning: problem };
  }
  const sure = sureMatch(matches);
  if (sure) return attach(sure.recordId, sure.by, noTextWarning(paper));
  return {
    ...base,
    recordId: null,
    matchedBy: null,
    warning: `"${name}" matches no record of this review by DOI or title${paper.title ? ` (it seems to be "${paper.title}")` : ""}.`,
  };
}

function otherPaper(paper: Paper, best: Match | undefined): string {
  const known = paper.title || paper.doi;
  if (!known)
    return "The paper shows no title or DOI that could be compared with the record's. Attach it only if you have checked it.";
  return `This seems to be another paper: "${known}"${best && best.score > 0.8 ? `, which is record ${best.recordId} of this review` : ""}.`;
}

const noTextWarning = (paper: Paper): string | null => paper.warnings[0] ?? null;

/** Studies that name the trial's number are the ones a reviewer works on: included, or with a paper. */
async function attachRecord(
  file: ReviewFile,
  papers: Papers,
  { assetId, name, recordId }: Upload,
  trial: RegistryTrial,
  { actor, signal }: { actor: string; signal: AbortSignal },
): Promise<AttachResult> {
  const nct = trial.nct.value;
  const base = { assetId, name, title: trial.title.value, doi: "", code: null, candidates: [] };
  const attach = (id: string, matchedBy: "registration" | "chosen"): AttachResult => {
    const count = attachTrial(file, actor, { recordId: id, assetId, how: "file" }, trial);
    const warning = `Registry record ${nct}: ${count} values suggested, each marked as the registry's.`;
    return { ...base, recordId: id, matchedBy, warning };
  };
  if (recordId !== undefined) return attach(recordId, "chosen");
  const reported = new Set(file.reports().map((one) => one.recordId));
  const named = [];
  for (const record of file.records()) {
    if (record.decision !== "include" && !reported.has(record.id)) continue;
    const { id, title } = record;
    named.push({ id, title, numbers: await numbersOf(file, papers, id, signal) });
  }
  const { sure, candidates } = recordsOf(trial, named);
  const [only, another] = sure;
  if (only && !another) return attach(only.id, "registration");
  return {
    ...base,
    recordId: null,
    matchedBy: null,
    warning: another
      ? `${sure.length} studies name ${nct}: choose the one that the record belongs to.`
      : `No study of this review names ${nct} ("${trial.title.value}").`,
    candidates: candidates.map(({ recordId: id, title, score }) => ({
      recordId: id,
      title,
      score,
    })),
  };
}
