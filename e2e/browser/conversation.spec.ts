/** The conversation about an image, and what a model that fails looks like. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeNifti } from "../../electron/features/imaging/nifti.ts";
import { expect, test, type Desk } from "../app.ts";
import { chatServer } from "../chat-server.ts";

async function films(desk: Desk): Promise<string> {
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  return studies.find(({ name }) => name.includes("films"))?.id ?? "";
}

/** A server as a pack that plans reads and answers them, as VILA-M3 does. */
async function seeingServer(desk: Desk, answers: (string | null)[]) {
  const server = await chatServer(answers);
  const { id } = (await desk.call("generation.addEndpoint", {
    address: server.address,
    model: "seer",
  })) as { id: string };
  const file = join(desk.dataFolder, "packs", id, "manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const planner = { manner: "vila-m3", answers: true };
  writeFileSync(file, JSON.stringify({ ...manifest, planner }));
  await desk.call("settings.set", { planner: id });
  return server;
}

test("are the lungs clear? is judged and not outlined, in sentences, whoever plans", async ({
  app,
  desk,
}) => {
  test.slow();
  await desk.call("settings.set", { planner: "rules" });
  await app.goto(new URL(`/read/${await films(desk)}`, desk.url).href);
  await expect(app.getByRole("button", { name: "classify the findings" })).toBeVisible();
  await app.getByLabel("Ask about this image").fill("are the lungs clear?");
  await app.keyboard.press("Enter");
  await expect(app.getByText(/cxr-findings \d/).first()).toBeVisible({ timeout: 60_000 });
  const talk = app.getByRole("region", { name: "Conversation" });
  await expect(talk.getByText(/Let me ask “Findings on chest radiographs”/)).toBeVisible();
  await expect(talk.getByText(/is not thereby normal|not thereby normal/)).toBeVisible();
  await talk.getByText("As it was written").click();
  await expect(talk.getByText("<CXR_FINDINGS()>", { exact: false })).toBeVisible();
  await app.getByLabel("Ask about this image").fill("left lung only");
  await app.keyboard.press("Enter");
  await expect(talk.getByText(/You asked for the left side/)).toBeVisible({ timeout: 60_000 });
});

test("an answer that contradicts the expert is shown beside it as a difference", async ({
  app,
  desk,
}) => {
  test.slow();
  const server = await seeingServer(desk, [
    "This looks like a chest film. Let me trigger <CXR_LUNGS(lungs)>.",
    "There are no lungs on this film.",
  ]);
  await app.goto(new URL(`/read/${await films(desk)}`, desk.url).href);
  await app.getByLabel("Ask about this image").fill("what do you see?");
  await app.keyboard.press("Enter");
  await expect(app.getByText(/Planner and expert differ/)).toBeVisible({ timeout: 60_000 });
  await expect(app.getByText(/outlined lungs; the answer says it is not/)).toBeVisible();
  server.close();
});

test("the four sequences of an open brain study reach the model together, and which file was which is shown", async ({
  app,
  desk,
}) => {
  test.slow();
  const server = await seeingServer(desk, ["A brain."]);
  const files = [];
  for (const [at, name] of ["p_t1.nii", "p_t1ce.nii", "b.nii", "p_flair.nii"].entries()) {
    const data = Float32Array.from({ length: 512 }, (_, voxel) => at + voxel);
    const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const bytes = writeNifti({ shape: [8, 8, 8], affine, data }, false);
    const stored = await fetch(`http://127.0.0.1:${desk.port}/assets?name=${name}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${desk.token}` },
      body: new Uint8Array(bytes),
    });
    files.push({ name, assetId: ((await stored.json()) as { id: string }).id });
  }
  const { study } = (await desk.call("imaging.open", { name: "brain", files })) as {
    study: { id: string };
  };
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await app.locator(".talk-sequences summary").click();
  await app.getByLabel("Series for T2").selectOption({ label: "b.nii" });
  await expect(app.getByText("4 MR sequences are asked about together")).toBeVisible();
  await app.getByLabel("Ask about this image").fill("is there a tumour?");
  await app.keyboard.press("Enter");
  await app.getByText("Shown 4 sequences").click({ timeout: 60_000 });
  await expect(app.getByText(/T2: b\.nii, axial slice/)).toBeVisible();
  expect(server.pictures()).toEqual([4]);
  server.close();
});

test("a line that breaks in the middle of an answer is shown, logged, and asked again at a press", async ({
  app,
  desk,
}) => {
  test.slow();
  const server = await seeingServer(desk, [null, "Lungs and a heart."]);
  await app.goto(new URL(`/read/${await films(desk)}`, desk.url).href);
  // The rules take over and say so: the reader is never left without an answer.
  await app.getByLabel("Ask about this image").fill("what organs do you see?");
  await app.keyboard.press("Enter");
  await expect(app.getByText(/could not answer: The answer was cut off/)).toBeVisible({
    timeout: 60_000,
  });
  await app.getByLabel("Ask about this image").fill("what organs do you see?");
  await app.keyboard.press("Enter");
  await expect(app.getByText("Lungs and a heart.")).toBeVisible({ timeout: 60_000 });
  await app.goto(new URL("/models", desk.url).href);
  await expect(app.getByText(/seer-\w+ failed \(cutOff\)/)).toBeVisible();
  server.close();
});
