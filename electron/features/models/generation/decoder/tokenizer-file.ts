/** A tokenizer.json as Hugging Face's tokenizers writes it: the parts that decoders use. What is not known is refused by name. Pure. */
import { z } from "zod";
import { AppError } from "../../../../api/errors.ts";

const pattern = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })]);
const step = z.looseObject({ type: z.string() });
type Step = z.infer<typeof step>;

const fileSchema = z.looseObject({
  added_tokens: z.array(
    z.looseObject({ id: z.int(), content: z.string(), special: z.boolean().default(false) }),
  ),
  normalizer: step.nullish(),
  pre_tokenizer: step.nullish(),
  decoder: step.nullish(),
  model: z.looseObject({
    type: z.string().default("BPE"),
    vocab: z.record(z.string(), z.int()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    unk_token: z.string().nullish(),
    byte_fallback: z.boolean().nullish(),
    ignore_merges: z.boolean().nullish(),
  }),
});
export type TokenizerFile = z.infer<typeof fileSchema>;

/** @throws AppError packInvalid naming the file and what is wrong or not known */
export function readTokenizerFile(text: string, name: string): TokenizerFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw invalid(
      name,
      `is not JSON (${thrown instanceof Error ? thrown.message : ""}); it may be cut`,
    );
  }
  const kind = z.looseObject({ model: z.looseObject({ type: z.string() }) }).safeParse(json);
  if (kind.success && kind.data.model.type !== "BPE")
    throw invalid(name, `is a ${kind.data.model.type} tokenizer; decoders are read with BPE`);
  const file = fileSchema.safeParse(json);
  if (file.success) return file.data;
  const [issue] = file.error.issues;
  throw invalid(
    name,
    `is no tokenizer of Hugging Face's: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

const invalid = (name: string, why: string): AppError =>
  new AppError("packInvalid", `"${name}" ${why}.`);

/** Every step of a chain, sequences opened. */
export function stepsOf(given: Step | null | undefined): Step[] {
  if (!given) return [];
  const parts = z
    .union([
      z.looseObject({ normalizers: z.array(step) }).transform((one) => one.normalizers),
      z.looseObject({ pretokenizers: z.array(step) }).transform((one) => one.pretokenizers),
      z.looseObject({ decoders: z.array(step) }).transform((one) => one.decoders),
    ])
    .safeParse(given);
  return given.type === "Sequence" && parts.success ? parts.data.flatMap(stepsOf) : [given];
}

/** Rust's patterns in JavaScript: white space there is Unicode's. */
function regexOf(given: unknown, name: string): RegExp {
  const parsed = pattern.safeParse(given);
  if (!parsed.success) throw invalid(name, "holds a step without its pattern");
  const source =
    "String" in parsed.data
      ? parsed.data.String.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
      : parsed.data.Regex.replaceAll(String.raw`\s`, String.raw`\p{White_Space}`).replaceAll(
          String.raw`\S`,
          String.raw`\P{White_Space}`,
        );
  try {
    return new RegExp(source, "gu");
  } catch {
    throw invalid(name, `splits by a pattern that cannot be run here: ${source}`);
  }
}

/** Text to text, before it is split. */
export function normalizerOf(file: TokenizerFile, name: string): (text: string) => string {
  const steps = stepsOf(file.normalizer).map((one): ((text: string) => string) => {
    switch (one.type) {
      case "Prepend":
        return (text) => (text === "" ? "" : String(one["prepend"]) + text);
      case "Replace": {
        const from = regexOf(one["pattern"], name);
        return (text) => text.replaceAll(from, () => String(one["content"]));
      }
      case "NFC":
      case "NFD":
      case "NFKC":
      case "NFKD": {
        const form = one.type;
        return (text) => text.normalize(form);
      }
      default:
        throw invalid(name, `normalises by ${one.type}, which is not known here`);
    }
  });
  return (text) => steps.reduce((made, apply) => apply(made), text);
}

type Split = (words: string[], isFirst: boolean) => string[];
const gpt2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** A piece of text to words. `isFirst`: nothing stands before it. Byte-level spelling comes after. */
export function splitterOf(file: TokenizerFile, name: string): Split {
  const steps = stepsOf(file.pre_tokenizer).map((one): Split => {
    switch (one.type) {
      case "Split": {
        const by = regexOf(one["pattern"], name);
        const { behavior } = one;
        if (
          one["invert"] === true ||
          (behavior !== "Isolated" && behavior !== "MergedWithPrevious")
        )
          throw invalid(name, `splits in a way (${String(behavior)}) that is not known here`);
        return (words) => words.flatMap((word) => isolate(word, by, behavior === "Isolated"));
      }
      case "Digits": {
        const by = one["individual_digits"] === true ? /\p{N}/gu : /\p{N}+/gu;
        return (words) => words.flatMap((word) => isolate(word, by, true));
      }
      case "ByteLevel":
        return (words) => {
          const spaced =
            one["add_prefix_space"] === true
              ? words.map((word) => (/^\p{White_Space}/u.test(word) ? word : ` ${word}`))
              : words;
          return one["use_regex"] === false
            ? spaced
            : spaced.flatMap((word) => isolate(word, gpt2, true));
        };
      case "Metaspace":
        return (words, isFirst) =>
          words.map((word, at) => {
            const marked = word.replaceAll(" ", "\u2581");
            const { prepend_scheme: scheme } = one;
            const wants = scheme === "always" || (scheme === "first" && isFirst && at === 0);
            return wants && !marked.startsWith("\u2581") ? `\u2581${marked}` : marked;
          });
      default:
        throw invalid(name, `splits by ${one.type}, which is not known here`);
    }
  });
  return (words, isFirst) => steps.reduce((made, apply) => apply(made, isFirst), words);
}

/** Matches and what lies between them; with `apart` each stands alone, else a match stays with what is before it. */
function isolate(text: string, by: RegExp, apart: boolean): string[] {
  const words: string[] = [];
  let at = 0;
  for (const match of text.matchAll(by)) {
    const end = match.index + match[0].length;
    if (match[0] === "") continue;
    if (apart) words.push(text.slice(at, match.index), match[0]);
    else words.push(text.slice(at, end));
    at = end;
  }
  words.push(text.slice(at));
  return words.filter((word) => word !== "");
}
