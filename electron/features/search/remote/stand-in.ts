/** For tests: a local stand-in for the public services, with constructed answers and every request kept. */
// oxlint-disable-next-line no-restricted-imports -- a local stand-in for the public services, in tests only
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach } from "vitest";
import type { Fetch } from "./request.ts";

export type Reply = (
  request: { path: string; form: URLSearchParams; headers: IncomingMessage["headers"] },
  response: ServerResponse,
) => void;

/** One server for each test of the file; `reply` answers, `asked` keeps what came in, in order. */
export const services: {
  address: string;
  asked: { path: string; form: URLSearchParams }[];
  reply: Reply;
} = { address: "", asked: [], reply: (_request, response) => void response.end() };

export function serveEachTest(): void {
  let server: Server;
  beforeEach(async () => {
    services.asked = [];
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const url = new URL(request.url ?? "/", "http://x");
        const form = request.method === "POST" ? new URLSearchParams(body) : url.searchParams;
        services.asked.push({ path: url.pathname, form });
        services.reply({ path: url.pathname, form, headers: request.headers }, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const at = server.address();
    services.address = `http://127.0.0.1:${typeof at === "object" && at ? at.port : 0}/`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}

export const localFetch: Fetch = (url, options) => fetch(url, options);
export const signal = (): AbortSignal => new AbortController().signal;

const article = (id: number): string =>
  `<PubmedArticle><MedlineCitation><PMID>${id}</PMID><Article><Journal><Title>J</Title><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue></Journal><ArticleTitle>Trial number ${id} of a treatment</ArticleTitle><AuthorList><Author><LastName>Lee</LastName></Author></AuthorList></Article></MedlineCitation></PubmedArticle>`;
export const articles = (from: number, count: number): string =>
  `<?xml version="1.0"?><PubmedArticleSet>${Array.from({ length: count }, (_, index) => article(from + index + 1)).join("\n")}</PubmedArticleSet>`;

/** E-utilities holding `total` records; `trouble` may answer first. */
export function eutilities(total: number, trouble: Reply | undefined = undefined): Reply {
  return (request, response) => {
    trouble?.(request, response);
    if (response.writableEnded || response.destroyed || response.headersSent) return;
    if (request.path.endsWith("esearch.fcgi")) {
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          esearchresult: {
            count: String(total),
            webenv: "ENV",
            querykey: "1",
            querytranslation: "trial[All Fields]",
          },
        }),
      );
      return;
    }
    const start = Number(request.form.get("retstart"));
    response.end(articles(start, Math.min(Number(request.form.get("retmax")), total - start)));
  };
}
