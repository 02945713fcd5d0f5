/** A sitting of so many records: how many are done, the pace, and when it will be over. */
import { Timer } from "lucide-react";
import { useState } from "react";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { duration, plural } from "../../ui/time.ts";

/** A longer pause is a break, not reading. */
const breakMs = 5 * 60_000;
const sizes = [0, 10, 25, 50, 100, 200, 500];

export type Session = {
  size: number;
  done: number;
  /** Median of the steps between decisions; null before the third. */
  secondsPer: number | null;
  over: boolean;
  begin: (size: number) => void;
  note: () => void;
  takeBack: () => void;
};

export function useSession(): Session {
  const [size, setSize] = useState(0);
  const [times, setTimes] = useState<number[]>([]);
  const steps = times
    .slice(1)
    .map((time, index) => time - (times[index] ?? time))
    .filter((step) => step < breakMs)
    .toSorted((a, b) => a - b);
  const middle = steps[Math.floor(steps.length / 2)];
  return {
    size,
    done: times.length,
    secondsPer: steps.length < 2 || middle === undefined ? null : middle / 1000,
    over: size > 0 && times.length >= size,
    begin: (next) => {
      setSize(next);
      setTimes([]);
    },
    note: () => setTimes((now) => [...now, Date.now()]),
    takeBack: () => setTimes((now) => now.slice(0, -1)),
  };
}

type SessionNoteProps = { session: Session; remaining: number };

export function SessionNote({ session, remaining }: SessionNoteProps) {
  const { size, done, secondsPer } = session;
  useShortcuts("Session", [
    {
      keys: "s",
      label: "Session of 10, 25, 50, 100, 200, 500 records, or none",
      run: () => session.begin(sizes[(sizes.indexOf(size) + 1) % sizes.length] ?? 0),
    },
  ]);
  const left = size > 0 ? Math.max(0, size - done) : remaining;
  return (
    <span className="session numbers">
      <Timer size={14} aria-hidden />
      <select
        className="input"
        aria-label="Records in this session"
        value={size}
        onChange={(event) => {
          session.begin(Number(event.target.value));
          // The keys belong to the record again.
          event.currentTarget.blur();
        }}
      >
        {sizes.map((count) => (
          <option key={count} value={count}>
            {count === 0 ? "No session" : `Session of ${count}`}
          </option>
        ))}
      </select>
      {(size > 0 || secondsPer !== null) && (
        <span className="screen-note" role="status">
          {size > 0 && `${done} of ${size} done`}
          {size > 0 && secondsPer !== null && " · "}
          {secondsPer !== null &&
            `${secondsPer.toFixed(secondsPer < 10 ? 1 : 0)} s each, about ${duration(secondsPer * left)} left`}
        </span>
      )}
    </span>
  );
}

export function sessionSummary({ done, secondsPer }: Session): string {
  const pace = secondsPer === null ? "" : `, ${secondsPer.toFixed(1)} s each at the median`;
  return `${plural(done, "record")} decided in this session${pace}.`;
}
