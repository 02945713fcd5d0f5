/** Values that a language model suggests on the page, held to the same proof as any other's. */
import { chatServer } from "../chat-server.ts";
import { expect, sampleId, test } from "../app.ts";

test("a language model chosen on the page reads the papers, and words that are not in a paper prove nothing", async ({
  app,
  desk,
}) => {
  const value = {
    field: 1,
    value: "mean values",
    quote: "Data are given as mean values (standard deviation) or number of subjects",
    passage: null,
  };
  const server = await chatServer([JSON.stringify({ fields: [value] })]);
  try {
    const { id } = (await desk.call("generation.addEndpoint", {
      address: server.address,
      model: "reader",
    })) as { id: string };
    const reviewId = await sampleId(desk);
    const [field] = (await desk.call("extraction.fields", { reviewId })) as object[];
    await desk.call("extraction.setFields", {
      reviewId,
      fields: [{ ...field, name: "Statistic", description: "", type: "text", perArm: false }],
    });
    await app.goto(desk.url.replace("/#", `/review/${reviewId}/extract#`));
    await app.getByLabel("Values are suggested by").selectOption(id);
    await app.getByRole("button", { name: "Suggest values" }).click();
    const proved = app.locator(".cell[data-state=verified]");
    await expect(proved).toHaveCount(1, { timeout: 60_000 });
    await expect(app.locator(".cell[data-state=unsupported]")).toHaveCount(2);
    expect(server.asked).toHaveLength(3);
    await proved.click();
    await expect(app.locator(".why-quote").first()).toContainText("Data are given as mean values");
    await app.keyboard.press("a");
    await expect(app.locator(".toast")).toContainText("Accepted");
  } finally {
    server.close();
  }
});
