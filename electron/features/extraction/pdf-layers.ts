/** Text printed over other text: copies are one text, and what lies over something else is not read as part of it. Pure. */
import type { TextItem } from "./pdf.ts";

/** Items are looked up by bands of so many points across the reading direction. */
const band = 8;
/** So much of the smaller of two boxes lies in the other, where they are printed over each other. */
const mostOf = 0.6;
/** Accents and dots are put over letters on purpose. */
const shortest = 4;

/**
 * One item of each group that is printed again at its place (bold faked by printing twice, a recognised
 * layer over the text itself); of two different texts over each other the later is marked as not visible.
 * `over` counts the letters of those.
 */
export function layersApart(items: readonly TextItem[]): { items: TextItem[]; over: number } {
  const kept: TextItem[] = [];
  const bands = new Map<string, TextItem[]>();
  let over = 0;
  for (const item of items) {
    const at = Math.round(item.baseline / band);
    const under = [at - 1, at, at + 1]
      .flatMap((one) => bands.get(`${item.angle} ${one}`) ?? [])
      .filter((one) => overlap(one, item) >= mostOf);
    const twin = under.find((one) => one.text.trim() === item.text.trim());
    if (twin) {
      twin.visible ||= item.visible;
      continue;
    }
    const other = under.find(
      (one) => one.visible && Math.min(letters(one), letters(item)) >= shortest,
    );
    const apart = other && item.visible ? { ...item, visible: false } : item;
    if (apart !== item) over += letters(item);
    kept.push(apart);
    const key = `${item.angle} ${at}`;
    bands.set(key, [...(bands.get(key) ?? []), apart]);
  }
  return { items: kept, over };
}

const letters = ({ text }: TextItem): number => text.replaceAll(/\s/g, "").length;

/** Share of the smaller box that lies in the other, 0..1; letters of very unlike sizes never count. */
function overlap(a: TextItem, b: TextItem): number {
  if (Math.max(a.size, b.size) > 1.5 * Math.min(a.size, b.size)) return 0;
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const smaller = Math.min(a.width * a.height, b.width * b.height);
  return across > 0 && down > 0 && smaller > 0 ? (across * down) / smaller : 0;
}
