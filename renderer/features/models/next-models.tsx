/** Which model is likely asked next, what is done about it while the reader reads, and why. */
import type { Output } from "../../../electron/api/contract.ts";
import { size } from "../../ui/time.ts";

type Expected = Output<"runtime.state">["expected"][number];

/** Less likely models are not named: the list is for what may happen. */
const leastShown = 0.05;
const percent = (share: number): string => `${Math.round(100 * share)} %`;

const does: Record<Expected["verdict"], (of: Expected) => string> = {
  open: () => "is open already",
  fetch: ({ closes }) =>
    closes.length === 0
      ? "is opened while you read"
      : `is opened while you read, in place of ${closes.join(" and ")}`,
  asked: () => "is opened when it is asked for: models that write are not opened ahead",
  unlikely: ({ needed, bytes }) =>
    `is opened when it is asked for: ${size(bytes)} are read ahead from a chance of ${percent(needed)}`,
  slow: () => "is opened when it is asked for: it takes longer to open than a look at an image",
  large: () => "finds no room beside what is running",
  costly: () => "is opened when it is asked for: what would be closed for it is worth more",
};

export function NextModels({ expected, after }: { expected: readonly Expected[]; after: string }) {
  const shown = expected.filter(({ likely }) => likely >= leastShown);
  if (shown.length === 0)
    return <p className="field-note">Nothing is expected next: the log holds too few calls.</p>;
  return (
    <div className="memory-next">
      <p className="field-note">
        Expected next{after === "" ? ", at the start of a session" : `, after ${after}`}, from what
        followed in the log:
      </p>
      <ol>
        {shown.map((one) => (
          <li key={one.id}>
            <span className="numbers">{percent(one.likely)}</span>
            <span>
              <b>{one.title}</b> {does[one.verdict](one)}.
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
