import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openReviews } from "../../review/reviews.ts";
import { createSearchHandlers } from "../handlers.ts";
import { eutilities, localFetch, serveEachTest, services, signal } from "./stand-in.ts";

serveEachTest();

describe("a run from the app", () => {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-search-"));
  const reviews = openReviews(folder);
  const review = reviews.create("Search", "");
  afterEach(() => reviews.closeAll());

  it("sends nothing until it is run; imports, finds repeats, logs query and count; a cut run goes on", async () => {
    let down = true;
    services.reply = eutilities(250, ({ form }, response) => {
      if (down && form.get("retstart") === "200") response.writeHead(500).end();
    });
    const secrets = new Map<string, string>();
    const handlers = createSearchHandlers({
      reviews,
      fetch: localFetch,
      secrets: {
        get: async (name) => secrets.get(name),
        set: async (name, value) =>
          void (value === null ? secrets.delete(name) : secrets.set(name, value)),
      },
      remote: { pubmed: { address: services.address, interval: 0, backoff: [1] } },
    });
    const events: string[] = [];
    const frame = {
      signal: signal(),
      emit: ({ label }: { label: string }) => void events.push(label),
    };
    const quiet = { signal: signal(), emit: () => {} };
    const { blocks } = await handlers["search.suggestTerms"](
      { pico: { population: "asthma" } },
      quiet,
    );
    const { query } = await handlers["search.compile"](
      { blocks, target: "pubmed", filter: "none" },
      quiet,
    );
    await handlers["search.setKey"]({ database: "pubmed", key: "0123456789" }, quiet);
    expect(services.asked).toEqual([]);

    const input = { reviewId: review.id(), database: "pubmed", query } as const;
    await expect(handlers["search.run"](input, frame)).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("200 records from PubMed are kept"),
      data: { fetched: 200 },
    });
    expect(review.records()).toEqual([]);
    down = false;
    const { run, report } = await handlers["search.run"](input, frame);
    expect(report).toMatchObject({ imported: 250, duplicates: 0 });
    expect(run).toMatchObject({ database: "PubMed", query, count: 250, imported: 250 });
    expect(run.translation).not.toBe("");
    expect(review.searches()[0]?.translation).toBe(run.translation);
    expect(services.asked.filter(({ form }) => form.get("retstart") === "0")).toHaveLength(1);
    expect(services.asked[0]?.form.get("api_key")).toBe("0123456789");
    expect(events.at(-1)).toContain("250 of 250");

    expect((await handlers["search.run"](input, frame)).report).toMatchObject({
      imported: 0,
      duplicates: 250,
    });
    expect(review.searches().map(({ count, imported }) => [count, imported])).toEqual([
      [250, 250],
      [250, 0],
    ]);
    rmSync(folder, { recursive: true, force: true });
  });
});
