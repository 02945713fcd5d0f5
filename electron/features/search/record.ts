/** One reference as an export describes it, and what is known of lines that could not be read. */

export type ImportedRecord = {
  /** The file's own identifier (`id`, `ID`, `record_id`); absent when it names none. */
  id?: string;
  title: string;
  abstract: string;
  /** As written where the export has one form; "Family, Given" where the parts are separate. */
  authors: string[];
  year: number | null;
  journal: string;
  /** Bare and lower-case: `10.1000/abc`. */
  doi: string;
  /** Digits only. */
  pmid: string;
  type?: string;
  volume?: string;
  issue?: string;
  pages?: string;
  keywords?: string[];
  language?: string;
  url?: string;
  /** 1 included, 0 excluded, from label columns and notes of earlier screening; absent when unlabelled. */
  label?: 0 | 1;
  /** Every original tag or column that is not carried whole by a field above. */
  extra: Record<string, string[]>;
  /** First line of the record in its file, from 1. */
  line: number;
};

export type Rejection = { file: string; line: number; reason: string };

/** Where a format reader puts what it read; `reject` names the line of the file. */
export type Sink = {
  record: (record: ImportedRecord) => void;
  reject: (line: number, reason: string) => void;
};

/** Fed with whole lines (no line end), numbered from 1. `overlong` stands for a line that was discarded. */
export type LineReader = {
  line: (text: string, number: number) => void;
  overlong: (number: number, characters: number) => void;
  end: () => void;
};

/** A record with every field empty. */
export function emptyRecord(line: number): ImportedRecord {
  return {
    title: "",
    abstract: "",
    authors: [],
    year: null,
    journal: "",
    doi: "",
    pmid: "",
    extra: {},
    line,
  };
}

/** Whether anything identifies the record: a title, an abstract, a DOI, a PMID or authors. */
export function saysSomething(record: ImportedRecord): boolean {
  return (
    record.title !== "" ||
    record.abstract !== "" ||
    record.doi !== "" ||
    record.pmid !== "" ||
    record.authors.length > 0
  );
}
