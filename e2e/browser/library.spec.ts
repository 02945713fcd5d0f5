/** The library: asked by keyboard, answered by passages that open at their words, or not at all. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, type Desk } from "../app.ts";

async function sampleId(desk: Desk): Promise<string> {
  const reviews = (await desk.call("review.list", {})) as { id: string; sample: boolean }[];
  return reviews.find((review) => review.sample)?.id ?? "";
}

test("a question is asked by key, a passage opens the paper at its words, and what is not there is said", async ({
  desk,
  app,
}) => {
  // The whole sample is read and put into the library.
  test.slow();
  await app.goto(desk.url.replace("/#", `/library/${await sampleId(desk)}#`));
  const box = app.getByLabel("Question to the library");
  await expect(box).toBeVisible();
  await expect(app.getByText(/241 records and 3 papers/)).toBeVisible();
  await app.keyboard.press("/");
  await app.keyboard.type("Which intuitive eating study had a high rate of attrition?");
  await app.keyboard.press("Enter");
  const passages = app.getByRole("list", { name: "Passages" }).getByRole("button");
  await expect(passages.first()).toBeVisible({ timeout: 90_000 });
  await expect(app.getByText("No language model was asked")).toBeVisible();
  const paper = passages.filter({ hasText: "The high rate of attrition" });
  const number = (await paper.locator(".library-number").textContent()) ?? "";
  await app.keyboard.press(number);
  await expect(paper).toHaveAttribute("aria-current", "true");
  await expect(app.locator(".pdf-box[data-kind=mark]").first()).toBeVisible({ timeout: 30_000 });
  await app.keyboard.press("/");
  await app.keyboard.press("ControlOrMeta+a");
  await app.keyboard.type("Half-life of vancomycin in haemodialysis?");
  await app.keyboard.press("Enter");
  await expect(app.getByText("Not in your library")).toBeVisible({ timeout: 30_000 });
});

test("a model's sentence shows its citations as suggestions; the one that cites passage 99 is gone and counted", async ({
  desk,
  app,
}) => {
  const answer = {
    found: true,
    sentences: [
      { text: "Valerian was tried against insomnia in 987654 people.", passages: [1, 99] },
      { text: "See http://evil.example.", passages: [99] },
    ],
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const content = JSON.stringify(answer);
      response.setHeader("Content-Type", "text/event-stream");
      response.write(
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
      );
      response.write(
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`,
      );
      response.end("data: [DONE]\n\n");
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const { id } = (await desk.call("generation.addEndpoint", { address, model: "fake" })) as {
    id: string;
  };
  const review = (await desk.call("review.create", { title: "Sleep" })) as { id: string };
  await desk.call("records.add", { reviewId: review.id, title: "Valerian for insomnia" });
  await app.goto(desk.url.replace("/#", `/library/${review.id}#`));
  await app.getByLabel("Answered by").selectOption(id);
  await app.getByLabel("Question to the library").fill("Does valerian help against insomnia?");
  await app.keyboard.press("Enter");
  const sentences = app.locator(".library-sentences");
  await expect(sentences).toContainText("Valerian was tried", { timeout: 90_000 });
  await expect(sentences.locator("p")).toHaveCount(1);
  await expect(sentences.getByText("suggestion", { exact: true })).toBeVisible();
  await expect(sentences.getByText("987654 not in the passages")).toBeVisible();
  await expect(sentences.getByRole("button")).toHaveText(["1"]);
  await expect(app.getByText("1 sentence left out")).toBeVisible();
  server.close();
});
