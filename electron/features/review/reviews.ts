/** The reviews this machine knows: which file each id is, which are open, and small settings. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { AppError } from "../../api/errors.ts";
import {
  settingsSchema,
  type Review,
  type ReviewSummary,
  type Settings,
} from "../../api/schemas/review.ts";
import { actingReviewer } from "./acting.ts";
import { outcomesOf } from "./outcomes.ts";
import { openReview, type ReviewFile } from "./store.ts";
import { sharesWork, teamPlan } from "./team-plan.ts";

export type Reviews = ReturnType<typeof openReviews>;

const extension = ".evidesk";

export function openReviews(dataFolder: string) {
  const folder = join(dataFolder, "reviews");
  const settingsFile = join(dataFolder, "settings.json");
  const open = new Map<string, ReviewFile>();

  function storedSettings(): Settings {
    const stored: unknown = existsSync(settingsFile)
      ? JSON.parse(readFileSync(settingsFile, "utf8"))
      : {};
    return settingsSchema.parse({
      reviewer: "Reviewer 1",
      reviewers: [],
      theme: "system",
      planner: "auto",
      expertCalls: 1,
      effort: "thorough",
      ...(stored as object),
    });
  }

  /** With the person at the calling window, when that window has said who it is. */
  function settings(): Settings {
    const stored = storedSettings();
    const reviewer = actingReviewer() ?? stored.reviewer;
    return { ...stored, reviewer, reviewers: [...new Set([...stored.reviewers, reviewer])] };
  }

  function setSettings(change: { [Key in keyof Settings]?: Settings[Key] | undefined }): Settings {
    const stored = storedSettings();
    const next = settingsSchema.parse({ ...stored, ...JSON.parse(JSON.stringify(change)) });
    next.reviewers = [...new Set([...stored.reviewers, stored.reviewer, next.reviewer])];
    mkdirSync(dataFolder, { recursive: true });
    writeFileSync(`${settingsFile}.new`, JSON.stringify(next));
    renameSync(`${settingsFile}.new`, settingsFile);
    return change.reviewer === undefined ? { ...next, reviewer: settings().reviewer } : next;
  }

  function hold(file: ReviewFile): ReviewFile {
    open.set(file.id(), file);
    return file;
  }

  /** Opens a review file by path; only the command line and the desktop's file dialog give paths. */
  function openPath(path: string, create?: { title: string; question: string }): ReviewFile {
    const absolute = resolve(path);
    const already = [...open.values()].find((file) => file.path === absolute);
    if (already) return already;
    if (!existsSync(absolute) && create === undefined)
      throw new AppError("notFound", `There is no review at "${path}".`, { path });
    return hold(openReview(absolute, create && !existsSync(absolute) ? { create } : {}));
  }

  function files(): string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith(extension))
      .map((name) => join(folder, name));
  }

  function get(id: string): ReviewFile {
    const held = open.get(id);
    if (held) return held;
    for (const path of files()) {
      if ([...open.values()].some((file) => file.path === path)) continue;
      const file = tryOpen(path);
      if (typeof file !== "string" && file.id() === id) return file;
    }
    throw new AppError("notFound", `There is no review with the id "${id}" in the data folder.`, {
      id,
    });
  }

  function tryOpen(path: string): ReviewFile | string {
    try {
      return openPath(path);
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown);
    }
  }

  function freePath(title: string): string {
    mkdirSync(folder, { recursive: true });
    const base =
      title
        .normalize("NFKD")
        .replaceAll(/[^A-Za-z0-9]+/g, "-")
        .slice(0, 60)
        .replaceAll(/^-+|-+$/g, "") || "review";
    let path = join(folder, base + extension);
    for (let n = 2; existsSync(path); n += 1) path = join(folder, `${base}-${n}${extension}`);
    return path;
  }

  function create(title: string, question: string): ReviewFile {
    return openPath(freePath(title), { title, question });
  }

  /** Copies an uploaded review file in; it must open and be sound before it is kept. */
  function adopt(path: string, name: string): ReviewFile {
    const target = freePath(basename(name, extension));
    copyFileSync(path, target);
    try {
      const file = openReview(target);
      if (
        open.has(file.id()) ||
        files().some((other) => other !== target && summaryIdOf(other) === file.id())
      ) {
        file.close();
        throw new AppError("conflict", `The review in "${name}" is already in the data folder.`);
      }
      return hold(file);
    } catch (thrown) {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(target + suffix, { force: true });
      throw thrown;
    }
  }

  function summaryIdOf(path: string): string | undefined {
    const file = tryOpen(path);
    return typeof file === "string" ? undefined : file.id();
  }

  function list(): ReviewSummary[] {
    const fromFolder = files().map((path) => {
      const file = tryOpen(path);
      return typeof file === "string"
        ? unreadable(path, file)
        : summarise(file, settings().reviewer);
    });
    const elsewhere = [...open.values()]
      .filter((file) => !file.path.startsWith(folder))
      .map((file) => summarise(file, settings().reviewer));
    return [...fromFolder, ...elsewhere].toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  }

  return {
    folder,
    settings,
    setSettings,
    openPath,
    get,
    create,
    adopt,
    list,
    /** Closes the file and takes it off the list; the file itself is kept beside, never deleted. */
    forget: (id: string): void => {
      const file = get(id);
      file.close();
      open.delete(id);
      if (file.path.startsWith(folder)) renameSync(file.path, `${file.path}.removed`);
    },
    closeAll: (): void => {
      for (const file of open.values()) file.close();
      open.clear();
    },
  };
}

function unreadable(path: string, problem: string): ReviewSummary {
  const name = basename(path);
  return {
    id: name,
    title: name,
    file: name,
    question: "",
    records: 0,
    decided: 0,
    decidedByMe: 0,
    included: 0,
    reports: 0,
    updatedAt: statSync(path).mtime.toISOString(),
    sample: false,
    problem,
  };
}

/** `reviewer` is whose own progress the summary tells beside the review's. */
export function summarise(file: ReviewFile, reviewer: string): ReviewSummary {
  const { title, question } = file.protocol();
  const { ledger } = file;
  const last = ledger.all("SELECT at FROM audit ORDER BY sequence DESC LIMIT 1")[0];
  const decisions = countOutcomes(file);
  const decided = [...decisions.values()].reduce((sum, count) => sum + count, 0);
  return {
    id: file.id(),
    title,
    question,
    file: basename(file.path),
    records: file.liveCount(),
    decided,
    decidedByMe: sharesWork(teamPlan(ledger)) ? decided : ledger.countOwn("screen", reviewer),
    included: decisions.get("include") ?? 0,
    reports: Number(ledger.all("SELECT count(*) AS n FROM reports")[0]?.["n"] ?? 0),
    updatedAt: String(last?.["at"] ?? ""),
    sample: ledger.meta("sample") === "yes",
  };
}

/** Records by their outcome at screening; counted in the database where one reviewer is enough. */
function countOutcomes({ ledger }: ReviewFile): Map<string, number> {
  if (teamPlan(ledger).reviewers === 1) return ledger.countLatest("screen");
  const counts = new Map<string, number>();
  for (const { action } of outcomesOf(ledger, "screen").values())
    if (action !== null) counts.set(action, (counts.get(action) ?? 0) + 1);
  return counts;
}

export function describe(file: ReviewFile, reviewer: string): Review {
  return { ...summarise(file, reviewer), ...file.protocol(), prisma: file.prisma() };
}
