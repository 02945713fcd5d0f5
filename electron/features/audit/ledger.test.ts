import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { NewDecision } from "../../api/schemas/ledger.ts";
import { openDatabase, openLedger } from "./ledger.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "evidesk-ledger-"));
const decision = (
  subject: string,
  action: NewDecision["action"],
  reviewer = "AB",
): NewDecision => ({ kind: "screen", subject, action, reviewer });

test("a later decision supersedes, a withdrawal leaves none, and history stays", () => {
  const ledger = openLedger(openDatabase(join(folder(), "a.evidesk")));
  ledger.decide([decision("record:1", "include"), decision("record:2", "exclude")]);
  ledger.decide([decision("record:1", "exclude")]);
  ledger.decide([decision("record:2", "withdraw")]);
  expect(
    ledger.currentDecisions("screen", "AB").map(({ subject, action }) => [subject, action]),
  ).toEqual([["record:1", "exclude"]]);
  expect(ledger.decisions("screen", "record:1").map(({ action }) => action)).toEqual([
    "include",
    "exclude",
  ]);
});

test("one reviewer's decision does not hide another's", () => {
  const ledger = openLedger(openDatabase(join(folder(), "a.evidesk")));
  ledger.decide([decision("record:1", "include", "AB")]);
  ledger.decide([decision("record:1", "exclude", "CD")]);
  expect(ledger.currentDecisions("screen", "AB")[0]?.action).toBe("include");
  expect(ledger.currentDecisions("screen")).toHaveLength(2);
});

test("suggestions, decisions and the trail cannot be changed or deleted through SQL", () => {
  const ledger = openLedger(openDatabase(join(folder(), "a.evidesk")));
  ledger.decide([decision("record:1", "include")]);
  expect(() => ledger.database.exec("UPDATE decisions SET action = 'exclude'")).toThrow(
    /append-only/,
  );
  expect(() => ledger.database.exec("DELETE FROM audit")).toThrow(/append-only/);
});

test("verification names the event after which the file was tampered with", () => {
  const path = join(folder(), "a.evidesk");
  const ledger = openLedger(openDatabase(path));
  for (let n = 1; n <= 5; n += 1) ledger.decide([decision(`record:${n}`, "include")]);
  expect(ledger.verify()).toEqual({ ok: true, events: 5 });
  ledger.close();
  const raw = new DatabaseSync(path);
  raw.exec(
    "DROP TRIGGER audit_no_update; UPDATE audit SET payload = replace(payload, 'include', 'exclude') WHERE sequence = 3",
  );
  raw.close();
  expect(openLedger(openDatabase(path)).verify()).toMatchObject({ ok: false, firstBad: 3 });
});

test("a decision altered in its own table is found although the trail is whole", () => {
  const path = join(folder(), "a.evidesk");
  const ledger = openLedger(openDatabase(path));
  ledger.decide([decision("record:1", "include")]);
  ledger.close();
  const raw = new DatabaseSync(path);
  raw.exec("DROP TRIGGER decisions_no_update; UPDATE decisions SET action = 'exclude'");
  raw.close();
  expect(openLedger(openDatabase(path)).verify()).toMatchObject({ ok: false, firstBad: 1 });
});

test("a second opener is told that the file is locked and the first goes on", () => {
  const path = join(folder(), "a.evidesk");
  const ledger = openLedger(openDatabase(path));
  expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: "locked" }));
  ledger.decide([decision("record:1", "include")]);
  expect(ledger.currentDecisions("screen")).toHaveLength(1);
});

test("kill -9 right after acknowledged decisions loses none of them and frees the lock", () => {
  const path = join(folder(), "a.evidesk");
  const program = `
    import { openDatabase, openLedger } from ${JSON.stringify(join(import.meta.dirname, "ledger.ts"))};
    const ledger = openLedger(openDatabase(${JSON.stringify(path)}));
    for (let n = 1; n <= 20; n += 1) ledger.decide([{ kind: "screen", subject: "record:" + n, action: "include", reviewer: "AB" }]);
    ledger.database.exec("BEGIN IMMEDIATE");
    ledger.database.exec("INSERT INTO meta VALUES ('half', 'written')");
    process.kill(process.pid, "SIGKILL");`;
  const result = spawnSync(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "--input-type=module-typescript",
    "-e",
    program,
  ]);
  expect(result.signal).toBe("SIGKILL");
  const ledger = openLedger(openDatabase(path));
  expect(ledger.currentDecisions("screen")).toHaveLength(20);
  expect(ledger.meta("half")).toBeUndefined();
  expect(ledger.verify().ok).toBe(true);
});

test("a file that is no database is refused and left as it was", async () => {
  const { readFileSync, writeFileSync } = await import("node:fs");
  const path = join(folder(), "a.evidesk");
  const text = "TY  - JOUR\n".repeat(200);
  writeFileSync(path, text);
  expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: "badFile" }));
  expect(readFileSync(path, "utf8")).toBe(text);
});
