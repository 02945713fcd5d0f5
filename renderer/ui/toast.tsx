/** Short notices at the foot of the page, each with at most one act (mostly Undo). */
import { useSyncExternalStore } from "react";

type Toast = {
  id: number;
  text: string;
  action?: { label: string; run: () => void; shortcut?: string };
};

const shownMs = 6000;
let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows one notice; a newer one takes the place of the older. */
export function toast(text: string, action?: Toast["action"]): void {
  const id = nextId++;
  set([{ id, text, ...(action ? { action } : {}) }]);
  setTimeout(() => set(toasts.filter((other) => other.id !== id)), shownMs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, action }) => (
        <div className="toast" key={id}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              onClick={() => {
                set(toasts.filter((other) => other.id !== id));
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
          {action?.shortcut && <kbd>{action.shortcut}</kbd>}
        </div>
      ))}
    </div>
  );
}
