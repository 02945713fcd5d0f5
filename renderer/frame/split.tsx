/** Two panes side by side (stacked where it is narrow); the share of the right one is remembered. */
import type { ReactNode } from "react";
import { Resizer } from "./resizer.tsx";
import { useRemembered } from "./remembered.ts";

type SplitProps = { name: string; first: number; left: ReactNode; right: ReactNode };

export function Split({ name, first, left, right }: SplitProps) {
  const [width, setWidth] = useRemembered(`split-${name}`, first);
  return (
    <div className="split">
      <div className="split-left">{left}</div>
      <div className="split-right" style={{ ["--split" as string]: `${width}px` }}>
        <Resizer
          label="Width of the right pane"
          value={width}
          least={280}
          most={1100}
          onChange={setWidth}
        />
        {right}
      </div>
    </div>
  );
}
