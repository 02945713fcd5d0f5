/** Leave to send text to another machine, given for one model at one place. */
import type { ReactNode } from "react";

type SendsAwayProps = {
  host: string;
  allowed: boolean;
  onAllow: (yes: boolean) => void;
  /** What leaves, and when: it follows on "… is another machine:". */
  children: ReactNode;
};

export function SendsAway({ host, allowed, onAllow, children }: SendsAwayProps) {
  return (
    <label className="sends-away">
      <input
        type="checkbox"
        checked={allowed}
        onChange={(event) => onAllow(event.target.checked)}
      />
      <span>
        <strong>{host}</strong> is another machine: {children}
      </span>
    </label>
  );
}
