/** How good a pack was measured to be: a cohort a line, and every figure on demand. */
import type { PackInfo } from "../../../electron/api/schemas/models.ts";
import { headlineFigures, type Figure } from "./headline-figures.ts";

const whose = ({ cohort, subgroup }: Figure): string =>
  subgroup ? `${cohort}, ${subgroup}` : cohort;
const keyOf = (figure: Figure): string => `${figure.metric} ${whose(figure)}`;

export function PackFigures({ figures }: Pick<PackInfo, "figures">) {
  if (figures.length === 0) return <p className="field-note">Nothing was measured on it.</p>;
  const shown = headlineFigures(figures);
  return (
    <dl className="pack-figures numbers">
      {shown.map((figure) => (
        <div key={keyOf(figure)}>
          <dt>
            {figure.place && `${figure.place}: `}
            {figure.metric}, {whose(figure)} <span className="count">n {figure.n}</span>
          </dt>
          <dd>{figure.value.toPrecision(3)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Nothing where the row shows them all. */
export function AllFigures({ figures, title }: { figures: Figure[]; title: string }) {
  if (figures.length <= headlineFigures(figures).length) return null;
  return (
    <details className="pack-all-figures">
      <summary>All {figures.length} figures</summary>
      <div className="scroll-table" role="region" aria-label={`Figures of ${title}`} tabIndex={0}>
        <table className="plain-table numbers">
          <thead>
            <tr>
              <th>Metric</th>
              <th>Measured on</th>
              <th className="number">Value</th>
              <th className="number">n</th>
              <th>Date</th>
            </tr>
          </thead>
          <tbody>
            {figures.map((figure, at) => (
              <tr key={at}>
                <td>{figure.metric}</td>
                <td>{whose(figure)}</td>
                <td className="number">{figure.value.toPrecision(3)}</td>
                <td className="number">{figure.n}</td>
                <td className="numbers">{figure.date}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
