/**
 * The names of what goes into an ONNX network and comes out of it, read without opening the network: fields of
 * ModelProto and GraphProto by number (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), weights passed over.
 */
import { open, type FileHandle } from "node:fs/promises";
import { AppError } from "../../../api/errors.ts";

export type OnnxHeader = { inputs: string[]; outputs: string[] };

const graphField = 7;
const [nodeField, inputField, outputField, nameField] = [1, 11, 12, 1];
/** Names are short, and heads of fields shorter; a piece is read ahead. */
const ahead = 1 << 16;
const longestEntry = 1 << 20;

type Field = { number: number; from: number; to: number };

/** @throws packInvalid for a file that is no ONNX network, or one that is cut */
export async function readOnnxHeader(path: string, name: string): Promise<OnnxHeader> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const broken = (why: string): AppError =>
      new AppError("packInvalid", `"${name}" (${size} bytes) is no ONNX network: ${why}.`, {
        path: name,
        bytes: size,
      });
    const bytes = pieces(file, size, broken);
    const model = await fieldsOf(bytes, 0, size, broken);
    const graph = model.find(({ number }) => number === graphField);
    if (graph === undefined) throw broken("it holds no graph");
    const fields = await fieldsOf(bytes, graph.from, graph.to, broken);
    if (!fields.some(({ number }) => number === nodeField))
      throw broken("its graph computes nothing");
    const named = async (wanted: number): Promise<string[]> => {
      const names: string[] = [];
      for (const { number, from, to } of fields) {
        if (number !== wanted) continue;
        if (to - from > longestEntry) throw broken("a description is too long");
        const [first] = (await fieldsOf(bytes, from, to, broken)).filter(
          (field) => field.number === nameField,
        );
        if (first) names.push(new TextDecoder().decode(await bytes(first.from, first.to)));
      }
      return names;
    };
    const header = { inputs: await named(inputField), outputs: await named(outputField) };
    if (header.outputs.length === 0) throw broken("its graph has no output");
    return header;
  } finally {
    await file.close();
  }
}

type Bytes = (from: number, to: number) => Promise<Uint8Array>;

/** Bytes of a file by place, with one piece kept: fields lie close together. */
function pieces(file: FileHandle, size: number, broken: (why: string) => AppError): Bytes {
  let kept = { from: 0, bytes: new Uint8Array() };
  return async (from, to) => {
    if (to > size) throw broken("it is cut short");
    if (from < kept.from || to > kept.from + kept.bytes.length) {
      const bytes = new Uint8Array(Math.min(size - from, Math.max(ahead, to - from)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      kept = { from, bytes: bytes.subarray(0, bytesRead) };
      if (to > from + bytesRead) throw broken("it is cut short");
    }
    return kept.bytes.subarray(from - kept.from, to - kept.from);
  };
}

/** The fields of one message of Protocol Buffers; `from` and `to` are the value's place in the file. */
async function fieldsOf(
  bytes: Bytes,
  from: number,
  to: number,
  broken: (why: string) => AppError,
): Promise<Field[]> {
  const fields: Field[] = [];
  let at = from;
  const number = async (): Promise<number> => {
    let value = 0;
    for (let shift = 0; shift < 10; shift += 1) {
      const [byte] = await bytes(at, at + 1);
      at += 1;
      value += ((byte ?? 0) & 127) * 2 ** (7 * shift);
      if (((byte ?? 0) & 128) === 0) return value;
    }
    throw broken("it holds a number that does not end");
  };
  while (at < to) {
    const tag = await number();
    const start = at;
    switch (tag % 8) {
      case 0:
        await number();
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = await number();
        fields.push({ number: Math.floor(tag / 8), from: at, to: at + length });
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw broken(`its byte ${start - 1} begins no field`);
    }
    if (tag < 8 || at > to) throw broken(`its field at byte ${start - 1} does not fit`);
  }
  return fields;
}
