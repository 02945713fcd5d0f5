/** `evidesk serve`. */
import type { Command } from "./command.ts";
import { AppError } from "./api/errors.ts";
import { serve } from "./serve.ts";

export const serveCommand: Command = {
  summary: "Serve the desk on this machine's loopback address.",
  usage: "serve [--port N] [--open]",
  options: {
    port: { type: "string", help: "port to listen on; 0, the default, takes a free one" },
    open: { type: "boolean", help: "open the browser" },
  },
  printsItself: true,
  async run({ values }, context) {
    const port = Number(values["port"] ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new AppError(
        "usage",
        `--port takes a number from 0 to 65535, not "${String(values["port"])}".`,
      );
    const host = await serve({
      dataFolder: context.dataFolder,
      port,
      open: values["open"] === true,
    });
    const { url, host: name, port: bound, token } = host;
    process.stdout.write(`${JSON.stringify({ url, host: name, port: bound, token })}\n`);
    await new Promise<void>((resolve) =>
      context.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    await host.close();
    return undefined;
  },
};
