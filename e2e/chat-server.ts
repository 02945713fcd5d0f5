/** A stand-in for a model server with OpenAI's chat API: answers in turn, or cuts the line where it is told to. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Asked = { messages: { content: string | { type: string }[] }[] };

/** `null` cuts the line in the middle of an answer; the last answer is given for ever. */
export async function chatServer(answers: readonly (string | null)[]) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      if (!request.url?.endsWith("/chat/completions")) {
        response.statusCode = 404;
        response.end();
        return;
      }
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(JSON.parse(body) as Asked);
      const say = (choice: object): void =>
        void response.write(`data: ${JSON.stringify({ choices: [choice] })}\n\n`);
      response.setHeader("Content-Type", "text/event-stream");
      if (answer === null || answer === undefined) {
        say({ index: 0, delta: { content: '{"found": tr' } });
        setTimeout(() => response.destroy(), 50);
        return;
      }
      say({ index: 0, delta: { content: answer } });
      say({ index: 0, delta: {}, finish_reason: "stop" });
      response.end("data: [DONE]\n\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/v1`,
    asked,
    /** Pictures in the first message of each request. */
    pictures: (): number[] =>
      asked.map(({ messages }) => {
        const content = messages[0]?.content ?? "";
        return typeof content === "string"
          ? 0
          : content.filter(({ type }) => type === "image_url").length;
      }),
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
}
