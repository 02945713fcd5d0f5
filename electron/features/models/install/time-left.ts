/** How long a transfer takes yet, at the pace that it had since this run of it began. */

/** @returns seconds for bytes done of a total; undefined in the first second and where nothing has come */
export function openClock(
  now: () => number = () => performance.now(),
): (done: number, total: number) => number | undefined {
  let began: { at: number; done: number } | undefined;
  return (done, total) => {
    began ??= { at: now(), done };
    const seconds = (now() - began.at) / 1000;
    // What an earlier try brought says nothing of the pace now.
    const pace = (done - began.done) / seconds;
    return seconds >= 1 && pace > 0 ? (total - done) / pace : undefined;
  };
}
