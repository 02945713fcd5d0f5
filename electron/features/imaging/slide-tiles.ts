/** Tiles of stored slides: TIFF read piece by piece, DICOM levels parsed once and kept while they are looked at. */
import { AppError } from "../../api/errors.ts";
import type { Series } from "../../api/schemas/imaging.ts";
import type { AssetStore } from "../review/assets.ts";
import type { DicomFile } from "./dicom.ts";
import { dicomSlideTile } from "./dicom-slide.ts";
import { fileSource, openSlide, type SlideTile } from "./slide.ts";
import { sourceFiles } from "./source-files.ts";

type Place = { level: number; column: number; row: number };

/** Levels of DICOM slides in memory: those of the slide in view, seldom more than this. */
const mostKept = 8;

export function createTiles(assets: AssetStore) {
  const kept = new Map<string, Promise<DicomFile | undefined>>();

  /** The file of a level; the files of a slide stand in the order of its levels. */
  function levelFile(series: Series, level: number): Promise<DicomFile | undefined> {
    const key = `${series.id} ${level}`;
    const before = kept.get(key);
    kept.delete(key);
    const file =
      before ??
      sourceFiles(
        {
          ...series,
          files: series.files.slice(level, level + 1),
          sources: series.sources.slice(level, level + 1),
        },
        assets,
      ).then(([one]) => one?.file);
    kept.set(key, file);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return file;
  }

  /** @throws unsupported for a series that is no slide, badInput for a tile that is not there */
  return async (series: Series, { level, column, row }: Place): Promise<SlideTile> => {
    const [id] = series.sources;
    if (series.slide === undefined || !id)
      throw new AppError("unsupported", `"${series.name}" is no slide; its pixels are read whole.`);
    if (series.format === "DICOM") {
      const file = series.slide.levels[level] && (await levelFile(series, level));
      if (file === undefined)
        throw new AppError(
          "badInput",
          `"${series.name}" has ${series.slide.levels.length} levels; there is no level ${level}.`,
        );
      return dicomSlideTile(file, column, row);
    }
    const source = fileSource(assets.path(id));
    try {
      const slide = openSlide(source, series.name);
      if (slide === null) throw new AppError("badFile", `"${series.name}" is no slide any more.`);
      return slide.tile(level, column, row);
    } finally {
      source.close();
    }
  };
}
