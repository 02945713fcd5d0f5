import { existsSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { doubtAbout } from "./doubt.ts";

const card = (...modality: string[]) => ({
  title: "Expert",
  inputs: [{ name: "image", modality, channels: 1, dtype: "float32" }],
});
/** Shares as the looking pack gives them, with its own operating points. */
const shares = (given: Record<string, number>) =>
  Object.entries({
    ...{ "cxr-adult": 0.76, "cxr-child": 0.66, ct: 0.88 },
    ...{ "mr-flair": 0.5, "mr-t1": 0.5, "mr-other": 0.5, outside: 0.05 },
  }).map(([label, operatingPoint]) => {
    const score = given[label] ?? 0;
    return { label, score, operatingPoint, above: score >= operatingPoint };
  });
const picture = { isPicture: true };

test("what is clearly something else is refused with its name and probability; what is unsure is told", () => {
  expect(doubtAbout(card("CXR"), shares({ ct: 0.97, "cxr-adult": 0.03 }), picture)).toMatchObject({
    refused: {
      code: "wrongModality",
      message: expect.stringMatching(/reads CXR; .* a CT slice with a probability of 0\.97.*--as/),
      data: { accepted: ["CXR"], actual: "CT", probability: 0.97 },
    },
  });
  // Below 0.9, but what routing goes by.
  const other = shares({ "mr-t1": 0.71, "cxr-adult": 0.29 });
  expect(doubtAbout(card("CXR"), other, picture)?.refused?.message).toMatch(/an MR slice .* 0\.71/);
  const unsure = doubtAbout(card("CXR"), shares({ "cxr-adult": 0.6, "mr-t1": 0.4 }), picture);
  expect(unsure?.refused).toBeUndefined();
  expect(unsure?.warning).toMatch(/an MR slice with a probability of 0\.40/);
});

test("shares of one modality add up, for and against: two sequences are one MR, a child's film is a film", () => {
  const mr = shares({ "mr-t1": 0.5, "mr-flair": 0.47, ct: 0.03 });
  expect(doubtAbout(card("CXR"), mr, picture)?.refused?.message).toMatch(/an MR slice .* 0\.97/);
  expect(doubtAbout(card("MR"), mr, picture)).toBeNull();
  const film = shares({ "cxr-adult": 0.5, "cxr-child": 0.5 });
  expect(doubtAbout(card("CXR"), film, picture)).toBeNull();
});

test("a volume is not refused for its middle slice, nor an expert what the looking pack was never shown", () => {
  const foreign = shares({ outside: 0.99, ct: 0.01 });
  expect(doubtAbout(card("MR"), foreign, { isPicture: false })).toMatchObject({
    warning: expect.stringMatching(/none of chest film, CT and MR/),
  });
  expect(doubtAbout(card("MR"), foreign, { isPicture: false })?.refused).toBeUndefined();
  expect(doubtAbout(card("US"), foreign, picture)).toBeNull();
  expect(doubtAbout(card("US"), shares({ ct: 0.95 }), picture)?.refused).toBeDefined();
  expect(doubtAbout(card("CXR"), undefined, picture)).toBeNull();
});

const images = join(
  process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
  "data/imaging",
);

test.skipIf(!existsSync(images))(
  "an abdominal CT picture is no film for classify until the user says so; an expert that outlines is refused before it runs (needs the shared data folder)",
  () => {
    const data = mkdtempSync(join(tmpdir(), "evidesk-look-"));
    onTestFinished(() => rmSync(data, { recursive: true, force: true }));
    const evidesk = (...args: string[]) => {
      const command = ["--disable-warning=ExperimentalWarning", "electron/cli.ts", ...args];
      const told = spawnSync(process.execPath, [...command, "--json", "--data", data], {
        encoding: "utf8",
        cwd: join(import.meta.dirname, "../../.."),
      });
      return { rc: told.status, out: JSON.parse(told.stdout) };
    };
    const ct = join(images, "vqa_rad/images/synpic34515.jpg");
    const refused = evidesk("classify", ct, "--expert", "cxr-findings");
    expect(refused).toMatchObject({ rc: 1, out: { error: { code: "wrongModality" } } });
    const told = evidesk("classify", ct, "--expert", "cxr-findings", "--as", "cxr-adult");
    expect(told).toMatchObject({ rc: 0, out: [{ expert: "cxr-findings" }] });
    // Said before the network runs, and with the code for a wrong command.
    const outlines = evidesk("classify", ct, "--expert", "cxr-lungs");
    expect(outlines).toMatchObject({ rc: 2, out: { error: { code: "usage" } } });
  },
  240_000,
);
