/** Which records come first: a way of working, no setting of the review. */
import type { QueryOrder } from "../../../electron/api/schemas/screening.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { toast } from "../../ui/toast.tsx";

const orders: { id: QueryOrder; text: string; told: string }[] = [
  { id: "certain", text: "Likeliest first", told: "The likeliest records come first." },
  {
    id: "uncertain",
    text: "Unsure first",
    told: "Records on the border between included and excluded come first: they teach most. Stop rules hold for the likeliest first only.",
  },
  {
    id: "mixed",
    text: "With surprises",
    told: "The likeliest first, and one record in twenty drawn at random. Stop rules were measured without such draws.",
  },
];

type QueryOrderProps = { order: QueryOrder; onChoose: (order: QueryOrder) => void };

export function QueryOrderChoice({ order, onChoose }: QueryOrderProps) {
  const choose = (next: QueryOrder): void => {
    onChoose(next);
    toast(orders.find(({ id }) => id === next)?.told ?? "");
  };
  useShortcuts("Screen", [
    {
      keys: "o",
      label: "Order: likeliest first, unsure first, with surprises",
      run: () => {
        const place = orders.findIndex(({ id }) => id === order);
        choose(orders[(place + 1) % orders.length]?.id ?? "certain");
      },
    },
  ]);
  return (
    <select
      className="input"
      aria-label="Order of the records"
      value={order}
      onChange={(event) => {
        const next = orders.find(({ id }) => id === event.target.value);
        if (next) choose(next.id);
        // The keys belong to the record again.
        event.currentTarget.blur();
      }}
    >
      {orders.map(({ id, text }) => (
        <option key={id} value={id}>
          {text}
        </option>
      ))}
    </select>
  );
}
