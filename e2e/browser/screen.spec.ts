/** Screening by keyboard on the bundled sample: what the screen says is what the file holds. */
import type { Page } from "@playwright/test";
import { readSample } from "../../electron/samples.ts";
import { expect, sampleId, test, type Desk } from "../app.ts";

async function openScreen(desk: Desk, app: Page) {
  const reviewId = await sampleId(desk);
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/screen#`));
  const title = app.locator(".record-title");
  return { reviewId, title };
}

test("a decision shown on the page survives kill -9 right after it", async ({ desk, app }) => {
  const { reviewId, title } = await openScreen(desk, app);
  const first = await title.textContent();
  await app.keyboard.press("i");
  await expect(title).not.toHaveText(first ?? "");
  await desk.kill("SIGKILL");
  await desk.restart();
  const { records } = (await desk.call("review.records", {
    reviewId,
    decision: "include",
    limit: 10,
  })) as {
    records: { title: string }[];
  };
  expect(records.map((record) => record.title)).toEqual([first]);
});

test("presses faster than the disk decide nothing unseen, and the page says so", async ({
  desk,
  app,
}) => {
  const { reviewId, title } = await openScreen(desk, app);
  const first = (await title.textContent()) ?? "";
  // All at once, as a text: no wait of the driver comes between them.
  await app.evaluate(
    `for (const key of ["i", "m", "e", "1", "i"])
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))`,
  );
  // The digit is no key while no reasons are asked for.
  await expect(app.locator(".toast")).toContainText("3 presses came too soon");
  await expect(title).not.toHaveText(first);
  await expect(app.getByText("Why exclude?")).toHaveCount(0);
  const { records } = (await desk.call("review.records", { reviewId, decision: "include" })) as {
    records: { title: string }[];
  };
  expect(records.map((record) => record.title)).toEqual([first]);
  const progress = (await desk.call("screening.progress", { reviewId })) as { screened: number };
  expect(progress.screened).toBe(1);
});

test("a key held down decides one record, and a note typed at once is a note", async ({
  desk,
  app,
}) => {
  const { reviewId, title } = await openScreen(desk, app);
  const first = (await title.textContent()) ?? "";
  await app.evaluate(
    `for (const repeat of [false, true, true])
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "m", repeat, bubbles: true }))`,
  );
  await expect(title).not.toHaveText(first);
  await expect(app.locator(".toast")).not.toContainText("too soon");
  // In one go, before the backend was asked about the record: each letter would be a key of the page.
  await app.keyboard.type("nie1 note");
  await app.keyboard.press("Escape");
  const noted = async () =>
    (
      (await desk.call("review.records", { reviewId, limit: 1000 })) as {
        records: { note: string }[];
      }
    ).records.filter(({ note }) => note !== "");
  await expect.poll(async () => (await noted()).map(({ note }) => note)).toEqual(["ie1 note"]);
  const progress = (await desk.call("screening.progress", { reviewId })) as { screened: number };
  expect(progress.screened).toBe(1);
});

test("the order of records is chosen by key, and what other stop rules say stands beside ours", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  const { records } = (await desk.call("review.records", { reviewId, limit: 24 })) as {
    records: { id: string }[];
  };
  for (const [at, { id }] of records.entries())
    await desk.call("screening.decide", {
      reviewId,
      recordId: id,
      action: at < 6 ? "include" : "exclude",
    });
  await openScreen(desk, app);
  await app.getByText(/stop rules say stop/).click();
  await expect(app.getByRole("row", { name: /Callaghan's test/ })).toContainText("p ");
  await app.keyboard.press("o");
  await expect(app.getByLabel("Order of the records")).toHaveValue("uncertain");
  await expect(app.locator(".toast")).toContainText("Stop rules hold for the likeliest first only");
});

test("exclude asks for its reason by digit, undo brings the same record back", async ({
  desk,
  app,
}) => {
  const { reviewId, title } = await openScreen(desk, app);
  const first = (await title.textContent()) ?? "";
  await app.keyboard.press("e");
  await expect(app.getByText("Why exclude?")).toBeVisible();
  await app.keyboard.press("2");
  await expect(title).not.toHaveText(first);
  await expect(app.locator(".toast")).toContainText("Excluded");
  await app.keyboard.press("u");
  await expect(title).toHaveText(first);
  const open = (await desk.call("screening.progress", { reviewId })) as { screened: number };
  expect(open.screened).toBe(0);
});

test("what another window decided is shown before it can be superseded", async ({ desk, app }) => {
  const { reviewId, title } = await openScreen(desk, app);
  await expect(title).toBeVisible();
  // All of them: on a busy machine the page may show a record of the list before the ranking.
  const { records } = (await desk.call("review.records", { reviewId, limit: 1000 })) as {
    records: { id: string; title: string }[];
  };
  const shown = await title.textContent();
  const recordId = records.find((record) => record.title === shown)?.id ?? "";
  await desk.call("screening.decide", { reviewId, recordId, action: "include" });
  await app.keyboard.press("m");
  await expect(app.getByText(/In another window you decided "include"/)).toBeVisible();
  await expect(title).toHaveText(shown ?? "");
  await app.keyboard.press("m");
  await expect(app.locator(".toast")).toContainText("Put aside");
});

test("keys typed into a field decide nothing", async ({ desk, app }) => {
  const reviewId = await sampleId(desk);
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/question#`));
  await app.locator("textarea[name=question]").fill("i e m u");
  await app.locator("textarea[name=question]").press("i");
  await app.keyboard.press("Alt+3");
  await expect(app.locator(".record-title")).toBeVisible();
  const progress = (await desk.call("screening.progress", { reviewId })) as { screened: number };
  expect(progress.screened).toBe(0);
  const review = (await desk.call("review.get", { reviewId })) as { question: string };
  expect(review.question, "leaving the page saves what was typed").toBe("i e m ui");
});

/** A call as another person at the same desk, as a second browser makes it. */
async function callAs(desk: Desk, who: string, name: string, input: unknown): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${desk.port}/rpc/${name}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${desk.token}`,
      "X-Evidesk-Reviewer": encodeURIComponent(who),
    },
    body: JSON.stringify(input),
  });
  const last = JSON.parse((await response.text()).trim().split("\n").at(-1) ?? "{}");
  if (last.error) throw new Error(`${last.error.code}: ${last.error.message}`);
  return last.value;
}

test("two people on one host: each with an own name; their conflict is settled by keyboard", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await callAs(desk, "Ben Öz", "team.set", { reviewId, reviewers: 2 });
  await callAs(desk, "Ben Öz", "screening.decide", { reviewId, recordId: "1", action: "exclude" });
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/screen#`));
  await app.getByRole("button", { name: /^Settings of/ }).click();
  await app.getByLabel("Name of another reviewer").fill("Ana Lima");
  await app.getByRole("button", { name: "Add and switch" }).click();
  await expect(app.getByRole("button", { name: "Settings of Ana Lima" })).toBeAttached();
  await app.keyboard.press("Escape");
  // What Ben decided shows nowhere before Ana has decided.
  const covered = (await callAs(desk, "Ana Lima", "audit.list", { reviewId, text: "exclude" })) as {
    total: number;
  };
  expect(covered.total).toBe(0);
  await callAs(desk, "Ana Lima", "screening.decide", {
    reviewId,
    recordId: "1",
    action: "include",
  });
  await app.reload();
  await app.getByRole("button", { name: "1 conflict" }).click();
  await expect(app.getByLabel("Decision of Ben Öz")).toContainText("Exclude");
  await app.keyboard.press("i");
  await expect(app.locator(".conflict-line").first()).toContainText("Settled");
  const review = (await desk.call("review.get", { reviewId })) as { included: number };
  expect(review.included).toBe(1);
});

test("the list walks, excludes with a reason and undoes by keyboard, with verdicts as letters", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/screen#`));
  await expect(app.locator(".record-title")).toBeVisible();
  await app.keyboard.press("v");
  const rows = app.locator(".record-row");
  await expect(rows.first()).toHaveAttribute("aria-selected", "true");
  await expect(rows.first().locator(".verdict").first()).toHaveText(/[YPN?]/);
  await app.keyboard.press("j");
  await expect(rows.nth(1)).toHaveAttribute("aria-selected", "true");
  await app.keyboard.press("e");
  await expect(app.getByText("Why exclude?")).toBeVisible();
  await app.keyboard.press("1");
  await expect(rows.nth(1)).toContainText("Exclude");
  await expect(rows.nth(2)).toHaveAttribute("aria-selected", "true");
  await app.keyboard.press("u");
  await expect(rows.nth(1)).not.toContainText("Exclude");
});

test("a decision that the others speak against is shown, kept or changed by keyboard", async ({
  desk,
  app,
}) => {
  const { reviewId, title } = await openScreen(desk, app);
  const { records } = (await desk.call("review.records", { reviewId, limit: 1000 })) as {
    records: { id: string; doi: string }[];
  };
  // Two of the sample's own decisions are turned round by a slip.
  for (const [at, { doi, action }] of readSample().decisions.entries()) {
    const record = records.find((one) => one.doi === doi.toLowerCase());
    const said = at % 30 === 0 ? (action === "include" ? "exclude" : "include") : action;
    if (record)
      await desk.call("screening.decide", { reviewId, recordId: record.id, action: said });
  }
  await expect(title).toBeVisible();
  await app.keyboard.press("v");
  await expect(app.locator(".record-row").first()).toBeVisible();
  await app.keyboard.press("l");
  const list = app.getByRole("region", { name: "Look again" });
  const told = list.getByRole("listitem");
  await expect(told.first()).toContainText(/of what you (in|ex)cluded/, { timeout: 30_000 });
  const titleOf = async (): Promise<string> =>
    (await told.first().locator("p").first().textContent()) ?? "";
  const changed = await titleOf();
  await told
    .first()
    .getByRole("button", { name: /Include|Exclude/ })
    .focus();
  await app.keyboard.press("Enter");
  await expect(told.filter({ hasText: changed })).toHaveCount(0);
  const kept = await titleOf();
  await told.first().getByRole("button", { name: "Keep" }).click();
  await expect(told.filter({ hasText: kept })).toHaveCount(0);
  await expect(told.first()).toBeVisible();
});

test("a session ends after its records and the next one starts by Enter", async ({ desk, app }) => {
  const { reviewId, title } = await openScreen(desk, app);
  await expect(title).toBeVisible();
  await app.getByLabel("Records in this session").selectOption("10");
  for (let done = 1; done <= 10; done += 1) {
    await app.keyboard.press("m");
    await expect
      .poll(async () => {
        const open = await desk.call("screening.progress", { reviewId });
        return (open as { screened: number }).screened;
      })
      .toBe(done);
    if (done < 10) await expect(app.getByText(`${done} of 10 done`)).toBeVisible();
  }
  await expect(app.getByText("10 records decided in this session")).toBeVisible();
  await app.keyboard.press("Enter");
  await expect(title).toBeVisible();
});

test("screening is stopped by keyboard: asked once, logged, the next list is empty, and one undo takes it back", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  const decide = (recordId: string, action: string) =>
    desk.call("screening.decide", { reviewId, recordId, action });
  const { records } = (await desk.call("review.records", { reviewId, limit: 30 })) as {
    records: { id: string }[];
  };
  for (const [at, { id }] of records.entries()) await decide(id, at < 3 ? "include" : "exclude");
  const { title } = await openScreen(desk, app);
  await expect(title).not.toBeEmpty();
  await expect(app.getByText(/95 % recall at 95 % confidence needs/)).toBeVisible();
  await app.keyboard.press("Shift+S");
  const question = app.getByRole("alertdialog");
  await expect(question).toContainText("The stop rule is not reached yet");
  await question.getByRole("button", { name: /Exclude \d+ unread/ }).focus();
  await app.keyboard.press("Enter");
  await expect(app.locator(".toast")).toContainText("excluded unread");
  await expect(title).toHaveCount(0);
  const progress = () => desk.call("screening.progress", { reviewId }) as Promise<{ open: number }>;
  expect(await progress()).toMatchObject({ open: 0, screened: 30 });
  const events = (await desk.call("audit.list", { reviewId, limit: 50, offset: 0 })) as {
    events: { action: string }[];
  };
  expect(events.events.map(({ action }) => action)).toContain("excludeRest");
  await desk.call("screening.undo", { reviewId });
  expect((await progress()).open).toBeGreaterThan(100);
});
