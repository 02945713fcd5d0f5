/** The library: asked by keyboard, answered by passages that open at their words, or not at all. */
import type { Page } from "@playwright/test";
import { expect, sampleId, test, type Desk } from "../app.ts";
import { chatServer } from "../chat-server.ts";

/** A review of one record, its library open, the question typed to the model `id` and not sent. */
async function questionTo(id: string, { desk, app }: { desk: Desk; app: Page }): Promise<void> {
  const review = (await desk.call("review.create", { title: "Sleep" })) as { id: string };
  await desk.call("records.add", { reviewId: review.id, title: "Valerian for insomnia" });
  await app.goto(desk.url.replace("/#", `/library/${review.id}#`));
  await app.getByLabel("Answered by").selectOption(id);
  await app.getByLabel("Question to the library").fill("Does valerian help against insomnia?");
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
  const server = await chatServer([JSON.stringify(answer)]);
  const { address } = server;
  const { id } = (await desk.call("generation.addEndpoint", { address, model: "fake" })) as {
    id: string;
  };
  await questionTo(id, { desk, app });
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

test("a model on another machine is asked nothing before that was allowed, and its host is named", async ({
  desk,
  app,
}) => {
  const { id } = (await desk.call("generation.addEndpoint", {
    address: "http://models.example:8000/v1",
    model: "far",
    remote: true,
  })) as { id: string };
  await questionTo(id, { desk, app });
  const ask = app.getByRole("button", { name: "Ask models.example:8000" });
  await expect(ask).toBeDisabled();
  await app.keyboard.press("Enter");
  await expect(app.getByRole("region", { name: "Answer" })).toHaveCount(0);
  await app.getByRole("checkbox", { name: /models\.example:8000 is another machine/ }).check();
  await expect(ask).toBeEnabled();
  await app.reload();
  await expect(app.getByRole("checkbox", { name: /is another machine/ })).toBeChecked();
  await app.getByLabel("Answered by").selectOption("");
  await expect(app.getByRole("button", { name: "Ask", exact: true })).toBeVisible();
});

test("an answer that broke off is told, the review is as it was, and a press asks again", async ({
  desk,
  app,
}) => {
  const sentences = [{ text: "It was tried.", passages: [1] }];
  const server = await chatServer([null, JSON.stringify({ found: true, sentences })]);
  const { id } = (await desk.call("generation.addEndpoint", {
    address: server.address,
    model: "cut",
  })) as { id: string };
  await questionTo(id, { desk, app });
  await app.keyboard.press("Enter");
  await expect(app.getByRole("alert")).toContainText("gave no usable answer (cutOff)", {
    timeout: 60_000,
  });
  await app.getByRole("button", { name: "Try again" }).click();
  await expect(app.locator(".library-sentences")).toContainText("It was tried.", {
    timeout: 60_000,
  });
  await app.goto(new URL("/models", desk.url).href);
  await expect(app.getByText("1 call failed.")).toBeVisible();
  server.close();
});
