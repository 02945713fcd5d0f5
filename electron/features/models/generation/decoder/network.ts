/**
 * A decoder's session with its cache of keys and values: reads rows, gives the numbers for the next token,
 * and keeps what it has read, so that a beginning shared with the next question is not read again.
 * Names are Hugging Face Optimum's: past_key_values.N.key|value in, present.N.key|value out.
 */
import { AppError } from "../../../../api/errors.ts";
import type { Session, Slot, TensorData } from "../../session.ts";

/** A token's id, or below nought a row of an image: the same number is the same row. */
export type Row = number;
export type Network = {
  fromEmbeddings: boolean;
  /** Forgets what does not begin `rows`, and at least the last of them; how many rows stay. */
  keepPrefix: (rows: readonly Row[]) => number;
  /** Reads rows after those kept; the numbers for what comes next, one for each token. */
  read: (rows: readonly Row[], embed: Embed) => Promise<Float32Array>;
};
/** Rows of the decoder's width for tokens and images, [1, n, width]. */
export type Embed = (rows: readonly Row[]) => Promise<TensorData>;

/** Logits come for every row that is read, and vocabularies are long: so many rows at a time. */
const rowsAtOnce = 256;
const cacheName = /^past_key_values\.(\d+)\.(.+)$/;
const plainInputs = new Set([
  "input_ids",
  "inputs_embeds",
  "attention_mask",
  "position_ids",
  "use_cache_branch",
  "num_logits_to_keep",
]);

/** @throws AppError packInvalid where the network takes or gives other things than a decoder with a cache */
export function openNetwork(session: Session, file: string): Network {
  const caches = session.inputs.filter(({ name }) => cacheName.test(name));
  const has = (name: string): boolean => session.inputs.some((slot) => slot.name === name);
  const fromEmbeddings = has("inputs_embeds");
  // Asked for each token: looked up once.
  const takes = {
    positions: has("position_ids"),
    branch: has("use_cache_branch"),
    kept: has("num_logits_to_keep"),
  };
  const pairs = caches.map(({ name }) => [name, presentOf(name)] as const);
  refuseOthers(session, file, caches);

  let kept: Row[] = [];
  let cache: Record<string, TensorData> = Object.fromEntries(
    caches.map((slot) => [slot.name, emptyCache(slot)]),
  );

  async function step(rows: readonly Row[], embed: Embed): Promise<Float32Array> {
    const past = kept.length;
    const total = past + rows.length;
    const feeds: Record<string, TensorData> = { ...cache };
    if (fromEmbeddings) feeds["inputs_embeds"] = await embed(rows);
    else feeds["input_ids"] = whole(BigInt64Array.from(rows, BigInt));
    feeds["attention_mask"] = whole(new BigInt64Array(total).fill(1n));
    if (takes.positions)
      feeds["position_ids"] = whole(BigInt64Array.from(rows, (_, at) => BigInt(past + at)));
    if (takes.branch)
      feeds["use_cache_branch"] = {
        type: "bool",
        dims: [1],
        data: Uint8Array.of(past > 0 ? 1 : 0),
      };
    if (takes.kept)
      feeds["num_logits_to_keep"] = { type: "int64", dims: [], data: BigInt64Array.of(1n) };
    const { outputs } = await session.run(feeds);
    const logits = outputs["logits"] as TensorData;
    for (const [name, present] of pairs) cache[name] = outputs[present] as TensorData;
    kept.push(...rows);
    const last = logits.data.subarray(logits.data.length - (logits.dims.at(-1) as number));
    return last instanceof Float32Array ? last : Float32Array.from(last as ArrayLike<number>);
  }

  return {
    fromEmbeddings,
    keepPrefix(rows) {
      const most = Math.min(kept.length, rows.length - 1);
      let same = 0;
      while (same < most && kept[same] === rows[same]) same += 1;
      if (same < kept.length) {
        for (const { name } of caches) cache[name] = shortened(cache[name] as TensorData, same);
        kept = kept.slice(0, same);
      }
      return same;
    },
    async read(rows, embed) {
      let logits: Float32Array = new Float32Array(0);
      for (let at = 0; at < rows.length; at += rowsAtOnce)
        logits = await step(rows.slice(at, at + rowsAtOnce), embed);
      return logits;
    },
  };
}

const presentOf = (name: string): string => name.replace("past_key_values", "present");

function refuseOthers(session: Session, file: string, caches: readonly Slot[]): void {
  const refuse = (why: string): never => {
    throw new AppError("packInvalid", `"${file}" ${why}.`);
  };
  if (caches.length === 0)
    refuse("takes no past_key_values: it is no decoder with a cache. Export it with its past");
  for (const { name } of session.inputs)
    if (!plainInputs.has(name) && !cacheName.test(name))
      refuse(
        `takes "${name}", which is not known here; known: ${[...plainInputs].join(", ")}, past_key_values.N.key|value`,
      );
  const given = new Set(session.outputs.map(({ name }) => name));
  for (const name of ["logits", ...caches.map((slot) => presentOf(slot.name))])
    if (!given.has(name)) refuse(`does not give "${name}"`);
  for (const { name, type, dims } of caches)
    if (
      dims.length !== 4 ||
      (dims[1] as number) < 1 ||
      (dims[3] as number) < 1 ||
      !/^float(16|32)$/.test(type)
    )
      refuse(
        `keeps "${name}" as ${type} [${dims.join(", ")}]; [batch, heads, past, size] in float32 or float16 is known here`,
      );
}

const whole = (data: BigInt64Array): TensorData => ({
  type: "int64",
  dims: [1, data.length],
  data,
});

function emptyCache({ type, dims }: Slot): TensorData {
  const empty = [1, dims[1] as number, 0, dims[3] as number];
  return type === "float16"
    ? { type: "float16", dims: empty, data: new Float16Array(0) }
    : { type: "float32", dims: empty, data: new Float32Array(0) };
}

/** The first `length` rows of [1, heads, rows, size]. */
function shortened({ type, dims, data }: TensorData, length: number): TensorData {
  const [, heads = 0, rows = 0, size = 0] = dims;
  const made =
    type === "float16"
      ? new Float16Array(heads * length * size)
      : new Float32Array(heads * length * size);
  for (let head = 0; head < heads; head += 1) {
    const from = head * rows * size;
    made.set(data.subarray(from, from + length * size) as never, head * length * size);
  }
  return { type, dims: [1, heads, length, size], data: made };
}
