import { describe, expect, it } from "vitest";
import { newFetchState } from "./database.ts";
import { splitDates } from "./date-ranges.ts";
import { createEuropepmc } from "./europepmc.ts";
import { createPubmed } from "./pubmed.ts";
import { createCtgov } from "./ctgov.ts";
import { createPace } from "./request.ts";
import { articles, eutilities, localFetch, serveEachTest, services, signal } from "./stand-in.ts";

serveEachTest();
const quick = { fetch: localFetch, interval: 0, backoff: [1, 1, 1] };

describe("PubMed", () => {
  it("counts without fetching, and names tool and key as NCBI asks", async () => {
    services.reply = eutilities(1234);
    const counted = await createPubmed({
      ...quick,
      address: services.address,
      apiKey: "k".repeat(36),
      email: "a@b.org",
    }).count("trial", signal());
    expect(counted).toEqual({ count: 1234, translation: "trial[All Fields]", warnings: [] });
    expect(services.asked.map(({ path }) => path)).toEqual(["/esearch.fcgi"]);
    expect(Object.fromEntries(services.asked[0]?.form ?? [])).toMatchObject({
      tool: "evidesk",
      email: "a@b.org",
      api_key: "k".repeat(36),
      usehistory: "y",
    });
  });

  it("fetches all in batches from the history server, in order", async () => {
    services.reply = eutilities(450);
    const seen: number[] = [];
    const { records } = await createPubmed({ ...quick, address: services.address }).fetchAll(
      "trial",
      {
        signal: signal(),
        state: newFetchState(),
        progress: (done) => seen.push(done),
      },
    );
    expect(records.map(({ pmid }) => pmid)).toEqual(
      Array.from({ length: 450 }, (_, index) => String(index + 1)),
    );
    expect(
      services.asked
        .filter(({ path }) => path.endsWith("efetch.fcgi"))
        .map(({ form }) => [form.get("retstart"), form.get("WebEnv")]),
    ).toEqual([
      ["0", "ENV"],
      ["200", "ENV"],
      ["400", "ENV"],
    ]);
    expect(seen.at(-1)).toBe(450);
  });

  it("waits and tries again when throttled or out of order, then goes on", async () => {
    let refused = 0;
    services.reply = eutilities(10, (_request, response) => {
      refused += 1;
      if (refused === 1)
        response.writeHead(429, { "retry-after": "0" }).end('{"error":"API rate limit exceeded"}');
      else if (refused === 2) response.writeHead(503).end();
    });
    const { records } = await createPubmed({ ...quick, address: services.address }).fetchAll(
      "trial",
      {
        signal: signal(),
        state: newFetchState(),
        progress: () => {},
      },
    );
    expect(records).toHaveLength(10);
  });

  it("asks again for a batch that breaks off in the middle, and never imports half of it", async () => {
    let cuts = 0;
    services.reply = eutilities(300, ({ path, form }, response) => {
      if (!path.endsWith("efetch.fcgi") || form.get("retstart") !== "200" || cuts >= 2) return;
      cuts += 1;
      const body = articles(200, 100);
      if (cuts === 1) response.end(body.slice(0, body.length / 2));
      else {
        response.writeHead(200, { "content-length": String(body.length) });
        response.write(body.slice(0, 500), () => response.destroy());
      }
    });
    const { records } = await createPubmed({ ...quick, address: services.address }).fetchAll(
      "trial",
      {
        signal: signal(),
        state: newFetchState(),
        progress: () => {},
      },
    );
    expect(new Set(records.map(({ pmid }) => pmid)).size).toBe(300);
    expect(records).toHaveLength(300);
  });

  it("goes on after a long cut from the batch that failed, without fetching the rest again", async () => {
    let down = true;
    services.reply = eutilities(600, ({ form }, response) => {
      if (down && form.get("retstart") === "400") response.writeHead(502).end();
    });
    const pubmed = createPubmed({ ...quick, address: services.address });
    const state = newFetchState();
    const options = { signal: signal(), state, progress: () => {} };
    await expect(pubmed.fetchAll("trial", options)).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("after 4 tries: answered 502"),
    });
    expect(state.records).toHaveLength(400);
    down = false;
    services.asked = [];
    expect((await pubmed.fetchAll("trial", options)).records).toHaveLength(600);
    expect(services.asked.map(({ path, form }) => `${path} ${form.get("retstart")}`)).toEqual([
      "/efetch.fcgi 400",
    ]);
  });

  it("stops at once when aborted, also while it waits its turn", async () => {
    services.reply = eutilities(1000);
    const controller = new AbortController();
    const running = createPubmed({
      ...quick,
      interval: 60_000,
      address: services.address,
    }).fetchAll("trial", {
      signal: controller.signal,
      state: newFetchState(),
      progress: () => controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(services.asked.length).toBeLessThanOrEqual(1);
  });

  it("lets calls that come at once go one after the other", async () => {
    const pauses: number[] = [];
    const pace = createPace(1000, async (milliseconds) => void pauses.push(milliseconds));
    await Promise.all([pace(signal()), pace(signal()), pace(signal())]);
    expect(pauses).toHaveLength(2);
    expect((pauses[1] ?? 0) - (pauses[0] ?? 0)).toBeGreaterThan(900);
  });

  it("says what PubMed said about a query it cannot run, and does not hammer it", async () => {
    services.reply = (_request, response) =>
      response.end(JSON.stringify({ esearchresult: { ERROR: "Invalid query" } }));
    await expect(
      createPubmed({ ...quick, address: services.address }).count("((", signal()),
    ).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("Invalid query"),
    });
    expect(services.asked).toHaveLength(1);
  });

  it("tells of phrases that PubMed did not know", async () => {
    services.reply = (_request, response) =>
      response.end(
        JSON.stringify({
          esearchresult: {
            count: "0",
            errorlist: { phrasesnotfound: ["zorblaximab"] },
            querytranslation: "",
          },
        }),
      );
    expect(
      (await createPubmed({ ...quick, address: services.address }).count("zorblaximab", signal()))
        .warnings,
    ).toEqual(['PubMed knows no "zorblaximab".']);
  });

  it("parts a search above 9,999 hits by entry date, and fetches each part", async () => {
    const days = [
      ["2001/05/01", 6000],
      ["2010/01/01", 5000],
      ["2019/12/31", 4000],
    ] as const;
    const inside = (form: URLSearchParams): number =>
      days.reduce(
        (sum, [date, count]) =>
          form.get("mindate") === null ||
          ((form.get("mindate") ?? "") <= date && date <= (form.get("maxdate") ?? ""))
            ? sum + count
            : sum,
        0,
      );
    services.reply = ({ path, form }, response) => {
      if (path.endsWith("esearch.fcgi"))
        response.end(
          JSON.stringify({
            esearchresult: {
              count: String(inside(form)),
              webenv: `E${inside(form)}`,
              querykey: "1",
              querytranslation: "",
            },
          }),
        );
      else response.end(articles(0, 0));
    };
    const { count } = await createPubmed({
      ...quick,
      address: services.address,
      today: new Date("2026-01-01"),
    }).fetchAll("trial", { signal: signal(), state: newFetchState(), progress: () => {} });
    expect(count).toBe(15_000);
    const starts = services.asked
      .filter(({ path }) => path.endsWith("efetch.fcgi"))
      .map(({ form }) => Number(form.get("retstart")));
    expect(Math.max(...starts)).toBeLessThan(9999);
    expect(starts).toHaveLength(75);
  });
});

it("date ranges cover every day once and keep under the ceiling", async () => {
  const days = new Map([
    ["2001/05/01", 9],
    ["2001/05/02", 9],
    ["2024/02/29", 3],
  ]);
  const ranges = await splitDates(
    async ({ from, to }) =>
      [...days].reduce((sum, [date, count]) => (from <= date && date <= to ? sum + count : sum), 0),
    10,
    new Date("2026-01-01"),
  );
  const within = (date: string): number =>
    ranges.filter(({ from, to }) => from <= date && date <= to).length;
  expect([...days.keys()].map(within)).toEqual([1, 1, 1]);
  expect(within("2001/05/01") === 1 && ranges.length >= 3).toBe(true);
});

describe("Europe PMC and ClinicalTrials.gov", () => {
  it("follows the cursor to the last page", async () => {
    const pages: Record<string, string> = { "*": "A", A: "B", B: "B" };
    services.reply = ({ form }, response) => {
      const mark = form.get("cursorMark") ?? "";
      const result =
        mark === "B"
          ? []
          : [
              {
                id: mark,
                source: "MED",
                pmid: mark === "*" ? "1" : "2",
                title: `Title <i>${mark}</i>`,
                authorList: { author: [{ lastName: "Lee", firstName: "K" }] },
                pubYear: "2020",
                journalInfo: { journal: { title: "J" } },
              },
            ];
      response.end(
        JSON.stringify({ hitCount: 2, nextCursorMark: pages[mark], resultList: { result } }),
      );
    };
    const { records, count } = await createEuropepmc({
      ...quick,
      address: services.address,
    }).fetchAll("x", {
      signal: signal(),
      state: newFetchState(),
      progress: () => {},
    });
    expect(count).toBe(2);
    expect(records).toMatchObject([
      { title: "Title *", pmid: "1", authors: ["Lee, K"], year: 2020 },
      { pmid: "2" },
    ]);
  });

  it("reads registered trials page by page", async () => {
    services.reply = ({ form }, response) => {
      const study = (nct: string) => ({
        protocolSection: {
          identificationModule: { nctId: nct, briefTitle: `Study ${nct}` },
          descriptionModule: { briefSummary: "Why" },
          statusModule: { startDateStruct: { date: "2021-03" } },
        },
      });
      response.end(
        JSON.stringify(
          form.get("pageToken")
            ? { studies: [study("NCT2")] }
            : { totalCount: 2, nextPageToken: "t", studies: [study("NCT1")] },
        ),
      );
    };
    const { records, count } = await createCtgov({ ...quick, address: services.address }).fetchAll(
      "x",
      {
        signal: signal(),
        state: newFetchState(),
        progress: () => {},
      },
    );
    expect(count).toBe(2);
    expect(records).toMatchObject([
      { id: "NCT1", title: "Study NCT1", abstract: "Why", year: 2021 },
      { id: "NCT2" },
    ]);
  });
});
