/** Full text: the decision with the words of the paper that it rests on. */
import { expect, sampleId, test, type Desk } from "../app.ts";

type Recorded = { id: string; report: string | null };

async function withPaper(desk: Desk): Promise<{ reviewId: string; record: Recorded }> {
  const reviewId = await sampleId(desk);
  const { records } = (await desk.call("review.records", { reviewId, limit: 1000 })) as {
    records: Recorded[];
  };
  const record = records.find(({ report }) => report !== null);
  if (!record) throw new Error("The sample has no paper.");
  await desk.call("screening.decide", { reviewId, recordId: record.id, action: "include" });
  return { reviewId, record };
}

test("words selected in the paper with the mouse become the quoted passage with its page, and the decision keeps both", async ({
  desk,
  app,
}) => {
  const { reviewId, record } = await withPaper(desk);
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/full-text/${record.id}#`));
  const passage = app.getByRole("textbox", { name: "Passage of the paper that shows it" });
  const quote = app.locator(".assessment-grounds .button");
  await expect(passage).toBeVisible();
  await app.keyboard.press("q");
  await expect(app.locator(".toast")).toContainText("Select the words in the paper first");

  const line = app
    .locator(".pdf-text span")
    .filter({ hasText: /\w{5,} \w{4,} \w{3,}/ })
    .nth(4);
  await line.waitFor({ state: "visible", timeout: 60_000 });
  await line.scrollIntoViewIfNeeded();
  const box = await line.boundingBox();
  if (!box) throw new Error("not on screen");
  const middle = box.y + box.height / 2;
  const select = async (): Promise<void> => {
    await app.mouse.move(box.x + 1, middle);
    await app.mouse.down();
    await app.mouse.move(box.x + box.width - 1, middle, { steps: 8 });
    await app.mouse.up();
  };
  await select();
  await app.keyboard.press("q");
  const text = ((await line.textContent()) ?? "").replaceAll(/\s+/g, " ").trim();
  const taken = await passage.inputValue();
  expect(taken.length).toBeGreaterThan(8);
  expect(text).toContain(taken);
  await expect(quote).toContainText("Page 1");

  // The button does the same: pressing it must not lose the selection first.
  await passage.fill("");
  await select();
  await quote.click();
  await expect(passage).toHaveValue(taken);

  await app.getByLabel("Criterion that decides").selectOption({ index: 1 });
  await app.keyboard.press("e");
  await app.keyboard.press("1");
  await expect(app.locator(".assessment-last q")).toHaveText(taken);
  const { history } = (await desk.call("screening.record", {
    reviewId,
    recordId: record.id,
  })) as { history: { kind: string; action: string; value: unknown }[] };
  expect(history.at(-1)).toMatchObject({
    kind: "fullText",
    action: "exclude",
    value: { quote: taken, page: 1, criterion: expect.any(String) },
  });
});
