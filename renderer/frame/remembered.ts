/** Small view choices (panel width, list mode) that this machine remembers. */
import { useState } from "react";

type Widen<T> = T extends boolean ? boolean : T extends number ? number : T;

/** A string keeps its union when the caller names it: `useRemembered<Mode>("mode", "one")`. */
export function useRemembered<T extends string | number | boolean>(
  name: string,
  initial: T,
): [Widen<T>, (value: Widen<T>) => void] {
  const key = `evidesk.${name}`;
  const first = initial as Widen<T>;
  const [value, setValue] = useState<Widen<T>>(() => {
    const stored = localStorage.getItem(key);
    if (stored === null) return first;
    const parsed: unknown = JSON.parse(stored);
    return typeof parsed === typeof first ? (parsed as Widen<T>) : first;
  });
  return [
    value,
    (next) => {
      localStorage.setItem(key, JSON.stringify(next));
      setValue(next);
    },
  ];
}
