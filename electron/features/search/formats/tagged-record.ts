/** The record that a reader of a tagged format is in the middle of, and how it ends. */
import { saysSomething, type ImportedRecord, type Sink } from "../record.ts";
import { addTag, continueTag, type Tags } from "./tags.ts";

/** Every tagged format reads through one of these, so that no reader loses a record in its own way. */
export class TaggedRecord {
  tags: Tags = new Map();
  /** Line that the record began on; 0 between records. */
  start = 0;
  /** Tag that a continuation line belongs to; "" before the first. */
  last = "";
  /** Why the record cannot be read whole; "" while it can. */
  broken = "";
  readonly #sink: Sink;
  readonly #read: (tags: Tags, line: number) => ImportedRecord;

  constructor(sink: Sink, read: (tags: Tags, line: number) => ImportedRecord) {
    this.#sink = sink;
    this.#read = read;
  }

  begin(line: number): void {
    if (this.start === 0) this.start = line;
  }

  add(tag: string, value: string, line: number): void {
    this.begin(line);
    this.last = tag;
    addTag(this.tags, tag, value);
  }

  /** A continuation line: one more value where the tag in hand is a list, more of its text elsewhere. */
  more(text: string, lists: ReadonlySet<string>, joint: string): void {
    if (this.last === "") return;
    if (lists.has(this.last)) addTag(this.tags, this.last, text);
    else continueTag(this.tags, this.last, text, joint);
  }

  overlong(line: number, characters: number): void {
    this.begin(line);
    this.broken = `Line ${line} has ${characters} characters; the longest line read is 4,000,000.`;
  }

  /** Hands the record on, or rejects it: it is broken, `cut` off, or says nothing. Returns what was handed on. */
  finish(cut = ""): ImportedRecord | undefined {
    if (this.start === 0) return undefined;
    const { tags, start } = this;
    const broken = this.broken || cut;
    this.drop();
    if (broken !== "") return void this.#sink.reject(start, broken);
    const record = this.#read(tags, start);
    if (!saysSomething(record))
      return void this.#sink.reject(
        start,
        "The record has no title, abstract, authors, DOI or PMID.",
      );
    this.#sink.record(record);
    return record;
  }

  /** Forgets what was read since the last record. */
  drop(): void {
    this.tags = new Map();
    this.start = 0;
    this.last = "";
    this.broken = "";
  }
}
