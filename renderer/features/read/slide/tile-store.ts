/** Tiles of a slide as pictures, fetched a few at a time and kept while there is room. */
import { call } from "../../../call.ts";
import type { Tile } from "./tiles.ts";

const mostKept = 600;
const atOnce = 4;
const keyOf = ({ level, column, row }: Tile): string => `${level}/${column}/${row}`;

export type TileStore = ReturnType<typeof createTileStore>;

export function createTileStore(
  studyId: string,
  seriesId: string,
  told: { arrived: () => void; failed: (cause: unknown) => void },
) {
  const kept = new Map<string, ImageBitmap>();
  const coming = new Set<string>();
  const broken = new Set<string>();
  let wanted: readonly Tile[] = [];

  async function fetchTile({ level, column, row }: Tile): Promise<ImageBitmap> {
    const { width, height, rgb } = await call("imaging.tile", {
      ...{ studyId, seriesId, level, column, row },
    });
    const bytes = Uint8Array.from(atob(rgb), (letter) => letter.codePointAt(0) ?? 0);
    const pixels = new Uint8ClampedArray(width * height * 4);
    for (let at = 0; at < width * height; at += 1) {
      pixels.set(bytes.subarray(at * 3, at * 3 + 3), at * 4);
      pixels[at * 4 + 3] = 255;
    }
    return createImageBitmap(new ImageData(pixels, width, height));
  }

  function work(): void {
    for (const tile of wanted) {
      if (coming.size >= atOnce) return;
      const key = keyOf(tile);
      if (kept.has(key) || coming.has(key) || broken.has(key)) continue;
      coming.add(key);
      fetchTile(tile)
        .then(
          (picture) => {
            kept.set(key, picture);
            const [oldest] = kept.keys();
            if (kept.size > mostKept && oldest !== undefined) {
              kept.get(oldest)?.close();
              kept.delete(oldest);
            }
            told.arrived();
          },
          (thrown: unknown) => {
            broken.add(key);
            told.failed(thrown);
          },
        )
        .finally(() => {
          coming.delete(key);
          work();
        });
    }
  }

  return {
    /** The picture, if it is here; looked at last, it is kept longest. */
    get: (tile: Tile): ImageBitmap | undefined => {
      const key = keyOf(tile);
      const picture = kept.get(key);
      if (picture) {
        kept.delete(key);
        kept.set(key, picture);
      }
      return picture;
    },
    /** Fetches these, in this order, and no longer what was wanted before. */
    want: (tiles: readonly Tile[]): void => {
      wanted = tiles;
      work();
    },
    close: (): void => {
      wanted = [];
      for (const picture of kept.values()) picture.close();
      kept.clear();
    },
  };
}
