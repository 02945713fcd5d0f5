/**
 * How many of a GGUF model's layers go on the graphics card so that it keeps to the room that models may take there;
 * the others are computed by the processor. Pure: what a number of layers takes is llama.cpp's own estimate.
 */

/** Layers on the card, of all that the model has (its output counts as one). */
export type Layers = { card: number; all: number };

/** @param bytesWith what so many layers and the context beside them take on the card, growing with the layers */
export async function layersWithin(
  all: number,
  cardBytes: number,
  bytesWith: (layers: number) => Promise<number>,
): Promise<number> {
  let [least, most] = [0, all];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if ((await bytesWith(middle)) <= cardBytes) least = middle;
    else most = middle - 1;
  }
  return least;
}
