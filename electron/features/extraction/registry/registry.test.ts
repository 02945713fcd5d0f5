// oxlint-disable-next-line no-restricted-imports -- a local stand-in for the registry, in this test only
import { createServer, type Server } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Field } from "../../../api/schemas/extraction.ts";
import { openAssets } from "../../review/assets.ts";
import { openReviews } from "../../review/reviews.ts";
import { characteristicsTable } from "../../export/cells.ts";
import { createExtractionHandlers } from "../handlers.ts";
import { besidePaper } from "./beside.ts";
import { answersFrom } from "./prefill.ts";
import { trialIn } from "./record-file.ts";
import { sameArm } from "./suggestions.ts";
import { registryTrial } from "./trial.ts";

/** A real record (see fixtures/README.md), with three of its outcomes and without adverse events. */
const bytes = readFileSync(new URL("../fixtures/NCT01305200.json", import.meta.url));
const record: unknown = JSON.parse(bytes.toString());
const trial = registryTrial(record);

const field = (name: string, more: Partial<Field> = {}): Field => ({
  id: name.replaceAll(/\W/g, "-"),
  name,
  description: "",
  type: "text",
  perArm: false,
  ...more,
});

/** The value at "a.b[0].c" of the record itself. */
function at(path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<unknown>((here, key) => (here as Record<string, unknown>)[key], record);
}

test("every answer of the registry stands in the record at the path that it names", () => {
  const fields = [
    "Study design",
    "Population",
    "Intervention",
    "Comparator",
    "Outcomes",
    "Arms",
    "Sample size",
    "Age",
    "Sex",
    "Follow-up",
    "Country",
    "Setting",
    "Registration",
    "Funding",
    "Primary outcome result",
  ].map((name) => field(name));
  const perArm = [
    field("Group size", { perArm: true }),
    field("Missing participants", { perArm: true }),
  ];
  const answers = answersFrom(trial, [...fields, ...perArm]);
  expect(new Set(answers.map(({ fieldId }) => fieldId)).size).toBe(17);
  for (const { value, places, method } of answers) {
    expect(places.length, method).toBeGreaterThan(0);
    for (const place of places) {
      expect(String(at(place.path)).trim().toLowerCase().replaceAll("_", " ")).toBe(
        place.value.toLowerCase(),
      );
      expect(
        value.endsWith("sites") || value.replace("phase 3", "phase3").includes(place.value),
        `${value} | ${place.value}`,
      ).toBe(true);
    }
  }
  const of = (id: string) => answers.filter(({ fieldId }) => fieldId === id);
  expect(of("Study-design")[0]?.value).toBe(
    "randomized; parallel assignment; double masking; phase 3",
  );
  expect(of("Sample-size")[0]).toMatchObject({ value: "226", unit: "participants" });
  expect(of("Group-size").map(({ arm, value }) => [arm, value])).toEqual([
    ["Arm I (Placebo)", "111"],
    ["Arm II (Supersaturated Calcium Phosphate Rinse)", "112"],
    ["Arm III (Enrolled But Not Randomized)", "3"],
  ]);
  expect(of("Comparator")[0]?.value).toBe("Arm I (placebo)");
  expect(of("Primary-outcome-result")[0]?.value).toContain("mean 4.5 (SD 4.8), n 91");
});

test("a result field takes value, spread and denominator of its own measure; between two alike none is chosen", () => {
  const of = (name: string) =>
    answersFrom(trial, [
      field(name, { type: "number", perArm: true, outcome: "Duration of severe oral mucositis" }),
    ]).map(({ arm, value }) => [arm, value]);
  const [placebo, rinse] = ["Arm I (Placebo)", "Arm II (Supersaturated Calcium Phosphate Rinse)"];
  expect(of("Mean")).toEqual([
    [placebo, "4.5"],
    [rinse, "4.5"],
  ]);
  expect(of("SD")).toEqual([
    [placebo, "4.8"],
    [rinse, "5"],
  ]);
  expect(of("N analysed")).toEqual([
    [placebo, "91"],
    [rinse, "91"],
  ]);
  expect(answersFrom(trial, [field("Mean", { outcome: "Severe oral mucositis" })])).toEqual([]);
  expect(answersFrom(trial, [field("Mean", { outcome: "Walking speed" })])).toEqual([]);
});

test("records of other registries, cut files and other JSON are refused with their reason", () => {
  expect(trialIn(new TextEncoder().encode("A paper's text."))).toBeUndefined();
  const refused = (text: string) => () => trialIn(new TextEncoder().encode(text));
  expect(refused('{"isrctn": "17473621"}')).toThrow(/another registry/);
  expect(refused('{"a": 1}')).toThrow(/no ClinicalTrials.gov record/);
  expect(refused('{"protocolSection": {"ident')).toThrow(/no whole JSON file/);
});

test("a group of the registry goes to the one arm that shares its words", () => {
  expect(sameArm("Arm I (Placebo)", ["Placebo", "Caphosol"])).toBe("Placebo");
  expect(sameArm("Arm II (Drug X)", ["Drug X 5 mg", "Drug X 10 mg"])).toBeUndefined();
  expect(sameArm("Arm III", ["Placebo", "Caphosol"])).toBeUndefined();
});

test("on the command line a number that the registry gives otherwise fails a check that shows both", () => {
  const fields = [field("Sample size"), field("Country")];
  const [size, country] = besidePaper(trial, fields, [
    { fieldId: "Sample-size", value: "220", checks: [] },
    { fieldId: "Country", value: "United States", checks: [] },
  ]);
  expect(size?.checks).toEqual([
    {
      name: "paper against registry",
      ok: false,
      message:
        "paper: 220; ClinicalTrials.gov NCT01305200, protocolSection.designModule.enrollmentInfo.count: 226",
    },
  ]);
  expect(country?.checks.every(({ ok }) => ok)).toBe(true);
});

let folder: string;
let server: Server;
let asked: string[];
let answer: { status: number; body: string };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "evidesk-registry-"));
  asked = [];
  answer = { status: 200, body: bytes.toString() };
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.statusCode = answer.status;
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const frame = { signal: new AbortController().signal, emit: () => {} };
const paper =
  "Caphosol for mucositis in children: a randomised trial\n\nABSTRACT\n\nA total of 220 participants were randomised to Caphosol or placebo. Trial registration: NCT01305200.\n";

async function desk() {
  const reviews = openReviews(folder);
  const assets = openAssets(join(folder, "assets"));
  const file = reviews.openPath(join(folder, "r.evidesk"), { title: "R", question: "Q" });
  const record = {
    title: "Caphosol for mucositis in children: a randomised trial",
    abstract: "",
    authors: ["Lee A"],
    year: 2020,
    journal: "",
    doi: "",
    pmid: "",
    source: "",
    extra: null,
  };
  file.importRecords("AB", { name: "a", format: "ris", rejected: [] }, [record], (_, all) =>
    all.map(() => null),
  );
  const place = server.address();
  const handlers = createExtractionHandlers({
    reviews,
    assets,
    recognised: { get: () => [], put: () => {} },
    fetch: (url, options) => fetch(url, options),
    registry: {
      address: `http://127.0.0.1:${typeof place === "object" && place ? place.port : 0}/`,
      interval: 0,
      backoff: [1],
    },
  });
  const reviewId = file.id();
  const put = async (content: Uint8Array | string, name: string) =>
    (
      await assets.put(typeof content === "string" ? new TextEncoder().encode(content) : content, {
        name,
        type: "",
      })
    ).id;
  const attach = async (content: Uint8Array | string, name: string) =>
    (
      await handlers["extraction.attach"](
        { reviewId, files: [{ assetId: await put(content, name), name }], confirm: false },
        frame,
      )
    )[0];
  const cell = async (fieldId: string) =>
    (await handlers["extraction.grid"]({ reviewId }, frame)).studies[0]?.cells.find(
      (one) => one.fieldId === fieldId,
    );
  return { handlers, file, reviewId, attach, cell };
}

test("a dropped record finds its study by number; where paper and registry differ both are shown and neither is accepted unseen", async () => {
  const { handlers, file, reviewId, attach, cell } = await desk();
  await attach(paper, "caphosol.txt");
  await handlers["extraction.suggest"]({ reviewId, recordIds: [], fieldIds: [] }, frame);
  expect(await attach(bytes, "NCT01305200.json")).toMatchObject({
    recordId: "1",
    matchedBy: "registration",
  });
  expect(asked).toEqual([]);
  const size = await cell("sampleSize");
  expect(size).toMatchObject({ state: "verified", value: "220" });
  expect(size?.registry?.value).toMatchObject({ value: "226" });
  expect(size?.suggestion?.checks.at(-1)).toMatchObject({
    name: "paper against registry",
    ok: false,
  });
  expect(
    await handlers["extraction.acceptVerified"]({ reviewId, fieldId: "sampleSize" }, frame),
  ).toMatchObject({ accepted: 0, skipped: 1 });
  // What the paper does not say is the registry's suggestion, with its path; it is never taken in bulk.
  const country = await cell("country");
  expect(country).toMatchObject({ state: "suggested" });
  expect(country?.suggestion?.evidence[0]?.source).toBe(
    "ClinicalTrials.gov NCT01305200, protocolSection.contactsLocationsModule.locations[0].country",
  );
  await handlers["extraction.decide"](
    {
      reviewId,
      recordId: "1",
      fieldId: "sampleSize",
      arm: null,
      action: "accept",
      suggestionId: size?.registry?.id,
    },
    frame,
  );
  expect(await cell("sampleSize")).toMatchObject({ state: "accepted", value: "226" });
  const { provenance } = characteristicsTable({
    records: file.records(),
    fields: [{ id: "sampleSize", name: "Sample size" }],
    decisions: file.ledger.latestDecisions("extract"),
    suggestions: file.ledger.suggestions("extract"),
  });
  expect(provenance[0]).toMatchObject({
    value: "226 participants",
    quote:
      "226 (ClinicalTrials.gov NCT01305200, protocolSection.designModule.enrollmentInfo.count)",
    suggestedBy: "ClinicalTrials.gov@NCT01305200",
  });
  // Suggesting again keeps both.
  await handlers["extraction.suggest"]({ reviewId, recordIds: [], fieldIds: [] }, frame);
  expect((await cell("country"))?.suggestion?.model).toBe("ClinicalTrials.gov");
  expect((await cell("population"))?.registry).not.toBeNull();
});

test("the record is fetched only when asked for, by its number alone; a failing registry changes nothing", async () => {
  const { handlers, reviewId, attach, cell } = await desk();
  await attach(paper, "caphosol.txt");
  expect(await handlers["extraction.registry"]({ reviewId, recordId: "1" }, frame)).toEqual({
    numbers: ["NCT01305200"],
    attached: null,
  });
  expect(asked).toEqual([]);
  const ask = () =>
    handlers["extraction.fetchRegistry"]({ reviewId, recordId: "1", nct: "NCT01305200" }, frame);
  answer = { status: 503, body: "busy" };
  await expect(ask()).rejects.toMatchObject({ code: "network" });
  answer = { status: 404, body: "not found" };
  await expect(ask()).rejects.toMatchObject({ code: "network" });
  answer = { status: 200, body: bytes.toString().replaceAll("NCT01305200", "NCT00000000") };
  await expect(ask()).rejects.toMatchObject({ code: "network" });
  expect((await cell("sampleSize"))?.registry).toBeNull();
  answer = { status: 200, body: bytes.toString() };
  asked = [];
  expect((await ask()).suggested).toBeGreaterThan(10);
  expect(asked).toEqual(["/studies/NCT01305200?format=json"]);
  expect((await cell("sampleSize"))?.value).toBe("226");
  expect(await handlers["extraction.registry"]({ reviewId, recordId: "1" }, frame)).toMatchObject({
    attached: { nct: "NCT01305200" },
  });
});
