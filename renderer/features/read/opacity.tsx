/** How much of what lies over the image covers it, from 0 (nothing) to 1. */
export function Opacity({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  return (
    <label className="finding-opacity">
      Opacity
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </label>
  );
}
