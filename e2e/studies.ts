/** Puts image files into a desk and opens them as a study, as a person would by dropping them. */
import type { Desk } from "./app.ts";

export type OpenedStudy = { id: string; images: { id: string; name: string; shape: number[] }[] };

export async function putFile(desk: Desk, name: string, bytes: Uint8Array): Promise<string> {
  const response = await fetch(
    `http://127.0.0.1:${desk.port}/assets?name=${encodeURIComponent(name)}`,
    {
      method: "POST",
      headers: {
        Authorization: `Bearer ${desk.token}`,
        "Content-Type": "application/octet-stream",
      },
      body: new Uint8Array(bytes),
    },
  );
  const stored = (await response.json()) as { id: string };
  return stored.id;
}

export async function openStudy(
  desk: Desk,
  name: string,
  files: { name: string; bytes: Uint8Array }[],
): Promise<OpenedStudy> {
  const stored = [];
  for (const file of files)
    stored.push({ assetId: await putFile(desk, file.name, file.bytes), name: file.name });
  const { study } = (await desk.call("imaging.open", { name, files: stored })) as {
    study: OpenedStudy;
  };
  return study;
}
