/** A whole desk for tests of people: the real contract, several reviewers, no window. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallName, Input, Output } from "../../api/contract.ts";
import { createApp } from "../../app.ts";

type Person = <Name extends CallName>(name: Name, input: Input<Name>) => Promise<Output<Name>>;

/** References as CSV text (`title,abstract,doi` and more columns) become the records of a new review. */
export async function openDesk(csv: string) {
  const desk = await emptyDesk();
  const { id: reviewId } = await desk.as("Ana")("review.create", { title: "Yoga" });
  await desk.importText(reviewId, csv, "a.csv");
  return { ...desk, reviewId };
}

export async function emptyDesk() {
  const dataFolder = mkdtempSync(join(tmpdir(), "evidesk-team-"));
  const app = createApp({
    dataFolder,
    spawnWorker: () => {
      throw new Error("No model runs in these tests.");
    },
  });
  const as =
    (reviewer: string): Person =>
    async (name, input) =>
      (await app.dispatch(name, input, {
        signal: new AbortController().signal,
        emit: () => {},
        reviewer,
      })) as never;
  const putText = async (text: string, name: string): Promise<string> =>
    (await app.assets.put(new TextEncoder().encode(text), { name, type: "text/plain" })).id;
  return {
    app,
    as,
    putText,
    textOf: async (assetId: string): Promise<string> =>
      new TextDecoder().decode(await app.assets.get(assetId)),
    importText: async (reviewId: string, text: string, name: string) =>
      as("Ana")("review.import", {
        reviewId,
        files: [{ assetId: await putText(text, name), name }],
      }),
  };
}
