/** Studies of images, the experts asked about them, and what the reader decided. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { decisionSchema, progressSchema, suggestionSchema } from "./ledger.ts";
import { reportSectionSchema } from "./reading.ts";
import { assetId } from "./review.ts";
import { sequences } from "../sequences.ts";

const triple = z.tuple([z.number(), z.number(), z.number()]);

export const seriesSchema = z.object({
  id: z.string(),
  name: z.string(),
  format: z.enum(["DICOM", "NIfTI", "NRRD", "MetaImage", "TIFF", "PNG", "JPEG"]),
  modality: z.string(),
  /** Columns, rows, slices. */
  shape: triple,
  channels: z.int(),
  spacing: triple,
  /** Voxel index to RAS+ millimetres, 16 numbers row-major. */
  affine: z.array(z.number()).length(16),
  orientation: z.string(),
  /** Whether the file says where the patient's left is. Absent in studies of earlier builds: not known. */
  sides: z.enum(["known", "unknown"]).optional(),
  /** Whether the file says how large a voxel is. Absent in studies of earlier builds. */
  sizes: z.enum(["known", "unknown"]).optional(),
  /**
   * In which plane the millimetres hold where it is not the patient's: at the detector or on a scanned
   * film they are larger; `note` is to be shown beside every length.
   */
  scale: z
    .object({
      plane: z.enum(["corrected", "detector", "film", "unstated"]),
      note: z.string(),
    })
    .optional(),
  /**
   * What is odd about the stack of slices: uneven gaps (no volumes, no distances across slices), slices
   * likely missing, degrees of gantry tilt (cannot be drawn across slices as a box).
   */
  faults: z.object({ uneven: z.boolean(), missing: z.int(), tilt: z.number() }).optional(),
  /** Where a projection's rows and columns run to, in the file's own letters (A, P, R, L, H, F). */
  edges: z.tuple([z.string(), z.string()]).optional(),
  /** What the header says beyond the modality, for choosing an expert; absent where it is silent. */
  header: z
    .object({
      bodyPart: z.string().optional(),
      view: z.string().optional(),
      ageYears: z.number().optional(),
      description: z.string().optional(),
    })
    .optional(),
  /** What DICOM calls the series and its images, in the series' order; absent for other formats. */
  dicom: z
    .object({
      study: z.string(),
      series: z.string(),
      frameOfReference: z.string(),
      instances: z.array(z.string()),
    })
    .optional(),
  dtype: z.enum(["uint8", "int8", "uint16", "int16", "int32", "uint32", "float32", "float64"]),
  /** Voxels as raw little-endian bytes, x fastest, channels one after the other. */
  pixels: assetId,
  units: z.string(),
  /** See Volume. */
  storedMost: z.number().optional(),
  range: z.object({ low: z.number(), high: z.number() }),
  window: z.object({ centre: z.number(), width: z.number() }),
  /**
   * The file's way from values to greys where it is no plain linear window (PS3.3 C.11.2): another
   * function, or a table from value `first` on, `top` being white. A table goes before the window.
   */
  voi: z
    .object({
      function: z.enum(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
      table: z
        .object({ first: z.number(), top: z.number(), values: z.array(z.number()) })
        .optional(),
    })
    .optional(),
  warnings: z.array(z.string()),
  /**
   * A whole slide: its pixels above are an overview, its levels (largest first) are read tile by tile.
   */
  slide: z
    .object({
      levels: z.array(
        z.object({
          width: z.int(),
          height: z.int(),
          tileWidth: z.int(),
          tileHeight: z.int(),
        }),
      ),
      /** Of the first level; null where the file does not say. */
      micronsPerPixel: z.number().nullable(),
    })
    .optional(),
  /** Which of the volumes of a four-dimensional file this is, counted from 1. */
  volumes: z.object({ index: z.int(), count: z.int() }).optional(),
  files: z.array(z.string()),
  /** Asset ids of the files as they were given, in the series' order. */
  sources: z.array(assetId),
});

export const turnSchema = z.object({
  role: z.enum(["user", "assistant", "expert"]),
  text: z.string(),
  at: z.string(),
  /** Who planned, in an assistant's turn: "rules", or a pack and its version. */
  planner: z.string().optional(),
  /** The planner's own words with the call in them, letter by letter, where `text` is put for a reader. */
  written: z.string().optional(),
  /** Where the planner's answer says another thing than the expert that it heard, one sentence each. */
  differs: z.array(z.string()).optional(),
  /** A report drafted from what was accepted, each sentence with what it rests on. */
  draft: z.array(reportSectionSchema).optional(),
  /** What the planner was shown: each picture's name (an MR sequence, else "image"), its series and slice, from 1. */
  shown: z.array(z.object({ name: z.string(), series: z.string(), slice: z.int() })).optional(),
  call: z
    .object({
      expert: z.string(),
      version: z.string(),
      args: z.string(),
      device: z.string(),
      ms: z.number(),
      msRuntime: z.number(),
    })
    .optional(),
  suggestionId: z.string().optional(),
  /** Why this expert was the one, in an expert's turn. */
  why: z.string().optional(),
  /** In an assistant's turn that asks what the image is: the likeliest answers. */
  choices: z.array(z.object({ id: z.string(), title: z.string() })).optional(),
  /** In the reader's turn: what the image is by the reader's word; it holds for the series from then on. */
  category: z.string().optional(),
});

export const studySummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  at: z.string(),
  series: z.int(),
  modalities: z.array(z.string()),
  undecided: z.int(),
  sample: z.boolean(),
});

/** A structured report that came with the study: what stands in it, never this desk's own words. */
export const attachedReportSchema = z.object({
  id: z.string(),
  file: z.string(),
  asset: assetId,
  title: z.string(),
  completion: z.string(),
  verification: z.string(),
  observer: z.string(),
  /** DICOM date and time as given, for example "20150819112153". */
  at: z.string(),
  /** Measurement groups of TID 1500. */
  groups: z.array(
    z.object({
      tracking: z.string(),
      finding: z.string(),
      site: z.string(),
      measurements: z.array(
        z.object({
          name: z.string(),
          value: z.number(),
          unit: z.string(),
          derivation: z.string().optional(),
        }),
      ),
      statements: z.array(z.object({ name: z.string(), text: z.string() })),
      /** SOP Instance UIDs of what was measured. */
      refers: z.array(z.string()),
    }),
  ),
  /** The whole report, line by line, for those that hold no measurement groups. */
  lines: z.array(z.object({ depth: z.int(), name: z.string(), text: z.string() })),
});

export const studySchema = studySummarySchema.extend({
  images: z.array(seriesSchema),
  /**
   * Read-first is on and this reader has not committed an impression yet: suggestions, decisions on them,
   * reports that came along and what was answered are left out.
   */
  withheld: z.boolean(),
  /** Reports that came as DICOM SR. */
  reports: z.array(attachedReportSchema),
  turns: z.array(turnSchema.extend({ seriesId: z.string() })),
  suggestions: z.array(suggestionSchema),
  decisions: z.array(decisionSchema),
});

/** What may stay on de-identification, as PS3.15 Annex E names it. */
export const deidentifyOption = z.enum([
  /** Keeps dates but moves all of a patient's by the same number of days (option 113107). */
  "modified-dates",
  /** Dates and times stay as they are (option 113106). */
  "full-dates",
  /** Sex, age, size and weight stay (option 113108). */
  "patient-characteristics",
  /** UIDs stay as they are (option 113110). */
  "retain-uids",
  /** Station and serial numbers of the machine stay (option 113109). */
  "device-identity",
  /** The institution's name and address stay (option 113112). */
  "institution-identity",
]);
export type DeidentifyOption = z.infer<typeof deidentifyOption>;

const rejected = z.array(z.object({ file: z.string(), reason: z.string() }));

export const imagingContract = {
  "imaging.studies": { input: z.object({}), output: z.array(studySummarySchema) },
  "imaging.get": { input: z.object({ studyId: z.string() }), output: studySchema },
  "imaging.open": {
    input: z.object({
      name: z.string().default(""),
      files: z.array(z.object({ assetId, name: z.string() })).min(1),
    }),
    output: z.object({ study: studySchema.nullable(), rejected }),
    event: progressSchema,
  },
  /**
   * One DICOM slice to look at while the others of its series are still being stored: a series of its own
   * that nothing is written of, and its voxels in base64. Null for what is no single DICOM image.
   */
  "imaging.glance": {
    input: z.object({ assetId, name: z.string() }),
    output: z.object({ series: seriesSchema, voxels: z.string() }).nullable(),
  },
  /**
   * Adds segmentations (DICOM SEG, label maps as NIfTI, NRRD or MetaImage), RT structure sets and DICOM
   * structured reports to a study. Masks become suggestions on their series, to be accepted, corrected
   * or rejected; what belongs to another study or lies on another grid is named in `rejected`.
   */
  "imaging.attach": {
    input: z.object({
      studyId: z.string(),
      files: z.array(z.object({ assetId, name: z.string() })).min(1),
    }),
    output: z.object({
      study: studySchema,
      attached: z.array(
        z.object({
          file: z.string(),
          kind: z.enum(["masks", "report"]),
          seriesId: z.string().optional(),
          warnings: z.array(z.string()),
        }),
      ),
      rejected,
    }),
    event: progressSchema,
  },
  "imaging.planners": {
    input: z.object({}),
    output: z.array(z.object({ id: z.string(), version: z.string(), title: z.string() })),
  },
  /** Requests that the installed experts can answer on this image, to be offered to a reader. */
  "imaging.offers": {
    input: z.object({ studyId: z.string(), seriesId: z.string() }),
    output: z.array(z.string()),
  },
  /** Another volume of a four-dimensional file, as a series of its own beside the first. */
  "imaging.volume": {
    input: z.object({ studyId: z.string(), seriesId: z.string(), volume: z.int().min(1) }),
    output: z.object({ study: studySchema, seriesId: z.string() }),
  },
  /** One tile of a slide: RGB side by side, base64; those at the edges are smaller. */
  "imaging.tile": {
    input: z.object({
      studyId: z.string(),
      seriesId: z.string(),
      level: z.int().min(0),
      column: z.int().min(0),
      row: z.int().min(0),
    }),
    output: z.object({ width: z.int(), height: z.int(), rgb: z.string() }),
  },
  /**
   * What a single image is and which experts are for it, before anything is asked; null for volumes, which
   * are looked at when they are asked about. The likely expert is opened while the reader looks.
   */
  "routing.look": {
    input: z.object({ studyId: z.string(), seriesId: z.string() }),
    output: z
      .object({ known: z.boolean(), why: z.string(), experts: z.array(z.string()) })
      .nullable(),
  },
  /** Plans an expert call from the request, runs it and stores what it suggests. */
  "imaging.ask": {
    input: z.object({
      studyId: z.string(),
      seriesId: z.string(),
      text: z.string().min(1).max(2000),
      /** Instead of the one in the settings. */
      planner: z.string().optional(),
      /** The reader's answer to what the image is, one of the offered choices. */
      category: z.string().max(32).optional(),
      /** The slice in view, along the stored direction, from 0; the middle one where it is not given. */
      slice: z.int().min(0).optional(),
      /**
       * Which series of the study stand for which MR sequence, the asked one among them: a planner that
       * sees is shown all of them, an expert that reads several sequences is given them together.
       */
      sequences: z.partialRecord(z.enum(sequences), z.string()).optional(),
    }),
    output: z.object({ turns: z.array(turnSchema), suggestion: suggestionSchema.nullable() }),
    event: progressSchema,
  },
  /**
   * `mask` is the corrected mask: one byte per voxel, label ids, the series' grid. The model's own mask
   * stays as it was, beside it. Findings are corrected by naming each of them, as the reader sees it.
   */
  "imaging.decide": {
    input: z.object({
      studyId: z.string(),
      suggestionId: z.string(),
      action: z.enum(["accept", "correct", "reject", "withdraw"]),
      mask: assetId.optional(),
      /** The reader's own word on each label of a classifier: what a correction of findings holds. */
      findings: z.array(z.object({ label: z.string(), present: z.boolean() })).optional(),
      seconds: z.number().min(0).optional(),
      note: z.string().optional(),
    }),
    output: decisionSchema,
  },
  /**
   * Everything decided, measured and reported, and all of it as one ZIP. With `deidentify` without what names the
   * patient (PS3.15 basic profile); the table of old and new identifiers is then a file beside the ZIP, not in it.
   */
  "imaging.export": {
    input: z.object({
      studyId: z.string(),
      deidentify: z
        .object({
          options: z.array(deidentifyOption),
          /** Also the DICOM images themselves. */
          images: z.boolean(),
        })
        .optional(),
    }),
    output: z.object({
      files: z.array(z.object({ assetId, name: z.string(), bytes: z.int() })),
      /** What the reader must look at before it is shared. */
      warnings: z.array(z.string()),
    }),
  },
} satisfies ContractPart;

export type Series = z.infer<typeof seriesSchema>;
export type Turn = z.infer<typeof turnSchema>;
export type AttachedReport = z.infer<typeof attachedReportSchema>;
export type Study = z.infer<typeof studySchema>;
export type StudySummary = z.infer<typeof studySummarySchema>;
