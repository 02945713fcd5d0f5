/** Which machine an archive is, and dates as DICOM writes them. Pure. */

const thisMachine = /^(localhost|127(\.\d+){3}|\[::1\])$/i;

/** Name of the machine that an address reaches; null where it is no web address. */
export function hostOf(
  address: string,
): { host: string; hostname: string; elsewhere: boolean } | null {
  if (!URL.canParse(address)) return null;
  const { host, hostname, protocol } = new URL(address);
  if (!/^https?:$/.test(protocol)) return null;
  return { host, hostname, elsewhere: !thisMachine.test(hostname) };
}

/** "2024-01-31" and "" to QIDO's range "20240131-"; both empty: any date. */
export function dateRange(from: string, to: string): string {
  const [first, last] = [from, to].map((date) => date.replaceAll("-", ""));
  if (!first && !last) return "";
  return first === last ? (first ?? "") : `${first}-${last}`;
}

/** "20240131" as 2024-01-31; anything else as it is. */
export const shownDate = (date: string): string =>
  date.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
