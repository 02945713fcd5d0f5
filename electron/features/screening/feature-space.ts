/** What the classifier sees of a review's records: one or more blocks of sparse features side by side. */
import { characterWork } from "./character-features.ts";
import { designWork, type Kinds } from "./design-features.ts";
import type { Work } from "./slices.ts";
import { featureWork, type Features, type Texts } from "./text-features.ts";

export type FeatureSpace = {
  /** Number of records. */
  rows: number;
  blocks: readonly Features[];
  /** Squared length, per record, of features that no other record has; they are in no block. */
  unsharedSquared: Float64Array;
  /** Squared length of each record's whole row. */
  lengthSquared: Float64Array;
  /** Null where the signs of a report's kind are left out. */
  kinds: Kinds | null;
};

/** Which features, and the share of a row's squared length that each kind has; a share of 0 leaves it out. */
export type FeatureShares = {
  maxDocumentShare: number;
  words: number;
  characters: number;
  designs: number;
};

/**
 * Builds the blocks in steps. Shares weigh the kinds against each other: the similarity of two records is
 * the mean of their similarities by kind, weighted by share.
 */
export function* featureSpaceWork(texts: Texts, shares: FeatureShares): Work<FeatureSpace> {
  const blocks: Features[] = [];
  const unsharedSquared = new Float64Array(texts.length);
  const lengthSquared = new Float64Array(texts.length);
  const add = (block: Features, share: number): void => {
    const factor = Math.sqrt(share);
    for (let row = 0; row < block.rows; row += 1) {
      const alone = share * (block.privateSquared[row] ?? 0);
      unsharedSquared[row] = (unsharedSquared[row] ?? 0) + alone;
      const empty = alone === 0 && block.start[row] === block.start[row + 1];
      lengthSquared[row] = (lengthSquared[row] ?? 0) + (empty ? 0 : share);
    }
    if (share !== 1)
      for (let entry = 0; entry < block.value.length; entry += 1)
        block.value[entry] = (block.value[entry] ?? 0) * factor;
    blocks.push(block);
  };
  add(yield* featureWork(texts, shares), shares.words);
  if (shares.characters > 0) add(yield* characterWork(texts, shares), shares.characters);
  let kinds: Kinds | null = null;
  if (shares.designs > 0) {
    const design = yield* designWork(texts);
    kinds = design.kinds;
    add(design.features, shares.designs);
  }
  return { rows: texts.length, blocks, unsharedSquared, lengthSquared, kinds };
}
