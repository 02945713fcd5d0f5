/** The command line: parses, runs one command, prints one JSON value or text. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";
import type { Command, CommandContext, CommandValues } from "./command.ts";
import { AppError, toErrorShape, type ErrorShape } from "./api/errors.ts";
import { unreadable } from "./unreadable.ts";
import { forkWorker } from "./features/models/fork-worker.ts";
import { createApp, type App } from "./app.ts";
import { commands } from "./commands.ts";
import { defaultDataFolder } from "./places.ts";

const shared = {
  json: { type: "boolean" },
  data: { type: "string" },
  seed: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

async function main(argv: string[]): Promise<number> {
  const [name, ...rest] = argv;
  const wantsJson = argv.includes("--json");
  const command = name === undefined ? undefined : commands[name];
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(helpText());
    return name === undefined ? 2 : 0;
  }
  try {
    if (command === undefined)
      throw new AppError(
        "usage",
        `There is no command "${name}". Commands: ${Object.keys(commands).join(", ")}.`,
      );
    return await runCommand(name, command, rest, wantsJson);
  } catch (thrown) {
    const error = withUsage(toErrorShape(thrown), name, command);
    if (wantsJson) process.stdout.write(`${JSON.stringify({ error })}\n`);
    process.stderr.write(`evidesk: ${error.message}\n`);
    if (error.code === "internal" && process.env["EVIDESK_DEBUG"]) console.error(thrown);
    return error.code === "usage" ? 2 : 1;
  }
}

/** A wrong command line always says, as data too, what the right one looks like. */
function withUsage(error: ErrorShape, name: string, command: Command | undefined): ErrorShape {
  if (error.code !== "usage" || error.data !== undefined) return error;
  return {
    ...error,
    data: command
      ? { command: name, usage: `evidesk ${command.usage}`, options: Object.keys(command.options) }
      : { command: name, commands: Object.keys(commands) },
  };
}

async function runCommand(
  name: string,
  command: Command,
  rest: string[],
  json: boolean,
): Promise<number> {
  const { values, positionals } = parse(command, rest);
  if (values["help"] === true) {
    process.stdout.write(`evidesk ${command.usage}\n  ${command.summary}\n${optionLines(command)}`);
    return 0;
  }
  const dataFolder = typeof values["data"] === "string" ? values["data"] : defaultDataFolder();
  const seed = Number(values["seed"] ?? 0);
  if (!Number.isInteger(seed))
    throw new AppError("usage", `--seed takes a whole number, not "${String(values["seed"])}".`);
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => controller.abort());
  let app: App | undefined;
  const lazy = (): App => (app ??= createApp({ dataFolder, spawnWorker: forkWorker }));
  try {
    let failures = 0;
    const failed = (text: string): void => {
      failures += 1;
      process.stderr.write(`${text}\n`);
    };
    const context = contextOf(lazy, { dataFolder, seed, signal: controller.signal, failed });
    const value = await command.run({ positionals, values, json }, context);
    if (!command.printsItself)
      process.stdout.write(
        `${json || !command.print ? JSON.stringify(value, null, json ? 0 : 2) : command.print(value)}\n`,
      );
    return failures > 0 ? 1 : 0;
  } finally {
    await app?.close();
  }
}

function parse(command: Command, args: string[]): { values: CommandValues; positionals: string[] } {
  const options: NonNullable<ParseArgsConfig["options"]> = { ...shared };
  for (const [key, { type, multiple, short }] of Object.entries(command.options)) {
    options[key] = { type, ...(multiple ? { multiple } : {}), ...(short ? { short } : {}) };
  }
  try {
    const { values, positionals } = parseArgs({
      args,
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values, positionals };
  } catch (thrown) {
    throw new AppError(
      "usage",
      `${thrown instanceof Error ? thrown.message : String(thrown)}. Usage: evidesk ${command.usage}`,
    );
  }
}

function contextOf(
  app: () => App,
  about: Pick<CommandContext, "dataFolder" | "seed" | "signal" | "failed">,
): CommandContext {
  return {
    ...about,
    call: (name, input, options) => app().call(name, input, options),
    progress: (text) => process.stderr.write(`${text}\n`),
    openReview: async (path, { create = false } = {}) =>
      app()
        .reviews.openPath(
          path,
          create ? { title: basename(path, ".evidesk"), question: "" } : undefined,
        )
        .id(),
    putAsset: async (path) => {
      const content = await readFile(path).catch((thrown: unknown) => {
        throw unreadable(path, thrown);
      });
      const info = await app().assets.put(content, {
        name: basename(path),
        type: "application/octet-stream",
      });
      return { assetId: info.id, name: basename(path) };
    },
    getAsset: (id) => app().assets.get(id),
    experts: {
      list: () => app().experts.list(),
      runImage: (...run) => app().experts.runImage(...run),
      runNetwork: (...run) => app().experts.runNetwork(...run),
      folderOf: (id) => app().experts.folderOf(id),
    },
    planners: {
      list: () => app().planners.list(),
      open: (...asked) => app().planners.open(...asked),
    },
    router: {
      look: (...asked) => app().router.look(...asked),
      shares: (...asked) => app().router.shares(...asked),
    },
  };
}

function optionLines(command: Command): string {
  const lines = Object.entries(command.options).map(
    ([key, option]) => `  --${key}${option.type === "string" ? " …" : ""}  ${option.help}`,
  );
  return [
    ...lines,
    "  --json  one JSON value on stdout",
    "  --data DIR  data folder",
    "  --seed N  where chance plays",
    "",
  ].join("\n");
}

function helpText(): string {
  const lines = Object.entries(commands).map(
    ([, command]) => `  evidesk ${command.usage}\n      ${command.summary}`,
  );
  return `Evidesk: local models suggest, you decide.\n\n${lines.join("\n")}\n\nEvery command takes --json, --data DIR, --seed N and --help.\n`;
}

// A reader that has seen enough (`| head`) closes the pipe; that is no error.
process.stdout.on("error", () => process.exit(0));
process.exitCode = await main(process.argv.slice(2));
