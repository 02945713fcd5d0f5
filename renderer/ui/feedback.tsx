/** Empty, waiting, failed, in progress: the four things a place says when it has nothing to show yet. */
import { CircleAlert, X, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { AppError } from "../../electron/api/errors.ts";
import { Button, IconButton } from "./button.tsx";
import { duration, size } from "./time.ts";

/** Teaches the next act in one line with one button. */
export function Empty({
  icon: Icon,
  children,
  action,
}: {
  icon: LucideIcon;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon size={28} strokeWidth={1.5} aria-hidden />
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Grey lines that only appear past 200 ms, so that fast answers never flicker. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  return (
    <div className="skeleton" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  );
}

type TroubleProps = { error: AppError; kept?: string; onRetry?: () => void; onClose?: () => void };

/** What happened, what was kept, what to do; the technical part is folded. */
export function Trouble({ error, kept, onRetry, onClose }: TroubleProps) {
  return (
    <div className="trouble" role="alert">
      <div className="trouble-head">
        <CircleAlert size={16} aria-hidden />
        <div>
          <p>{error.message}</p>
          {kept && <p className="field-note">{kept}</p>}
        </div>
        <span>
          {onRetry && <Button onPress={onRetry}>Try again</Button>}
          {onClose && <IconButton label="Close this message" icon={X} onPress={onClose} />}
        </span>
      </div>
      <details>
        <summary>Details</summary>
        <pre>
          code: {error.code}
          {error.data === undefined ? "" : `\n${JSON.stringify(error.data, null, 1)}`}
        </pre>
      </details>
    </div>
  );
}

export function Bar({ part, label }: { part: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
  return (
    <div
      className="bar"
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}

type ProgressEvent = {
  done: number;
  total: number;
  label: string;
  unit?: "bytes" | undefined;
  secondsLeft?: number | undefined;
};
type ProgressProps = { event: ProgressEvent | null; onCancel?: () => void };

function amount({ done, total, unit }: ProgressEvent): string {
  if (unit !== "bytes") return total > 0 ? `${done} of ${total}` : "";
  return total > 0 ? `${size(done)} of ${size(total)}` : size(done);
}

export function Progress({ event, onCancel }: ProgressProps) {
  const text = event ? event.label : "Starting";
  return (
    <div className="progress" role="status">
      <div className="progress-line">
        <span>
          {text}
          {event && (
            <span className="count">
              {" "}
              {amount(event)}
              {event.secondsLeft !== undefined && ` · about ${duration(event.secondsLeft)} left`}
            </span>
          )}
        </span>
        {onCancel && (
          <Button kind="quiet" onPress={onCancel}>
            Cancel
          </Button>
        )}
      </div>
      <Bar part={event && event.total > 0 ? event.done / event.total : 0} label={text} />
    </div>
  );
}
