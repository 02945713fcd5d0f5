/** Bytes of tokens to text as it is written: signs whole, and nothing told that may be the start of a stop string. Pure. */

export type TextStream = {
  /** True once a stop string has come; what it began is not part of the text. */
  push: (bytes: Uint8Array) => boolean;
  /** The whole text; what was held back is told. */
  end: () => string;
};

export function openTextStream(
  stops: readonly string[],
  dropsFirstBlank: boolean,
  onText: (piece: string) => void,
): TextStream {
  const decoder = new TextDecoder();
  let text = "";
  let told = 0;
  let begun = !dropsFirstBlank;
  let stopped = false;
  const tell = (until: number): void => {
    if (until > told) onText(text.slice(told, until));
    told = Math.max(told, until);
  };
  const take = (piece: string): void => {
    if (piece === "") return;
    text += begun ? piece : piece.replace(/^ /, "");
    begun = true;
    const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      text = text.slice(0, Math.min(...found));
      stopped = true;
    }
  };
  return {
    push(bytes) {
      take(decoder.decode(bytes, { stream: true }));
      tell(stopped ? text.length : text.length - heldBack(text, stops));
      return stopped;
    },
    end() {
      if (!stopped) take(decoder.decode());
      tell(text.length);
      return text;
    },
  };
}

/** Length of the longest end of the text that begins a stop string. */
function heldBack(text: string, stops: readonly string[]): number {
  let most = 0;
  for (const stop of stops)
    for (let length = Math.min(stop.length - 1, text.length); length > most; length -= 1)
      if (text.endsWith(stop.slice(0, length))) most = length;
  return most;
}
