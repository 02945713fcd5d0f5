/** Who suggests values: rules and text packs, or a language model that reads each paper. */
import { Sparkles } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { SendsAway } from "../../ui/sends-away.tsx";
import { useWriter } from "../../use-writer.ts";

export function SuggestBar({
  started,
  busy,
  onSuggest,
}: {
  started: boolean;
  busy: boolean;
  onSuggest: (packId: string | undefined) => void;
}) {
  const { writers, id, choose, host, mayAsk, allow } = useWriter("extract");
  return (
    <>
      <Button
        kind={started ? "plain" : "primary"}
        icon={Sparkles}
        disabled={busy || !mayAsk}
        onPress={() => onSuggest(id === "" ? undefined : id)}
      >
        {started ? "Suggest again" : "Suggest values"}
      </Button>
      {writers.length > 0 && (
        <select
          className="input extract-writer"
          aria-label="Values are suggested by"
          value={id}
          onChange={(event) => choose(event.target.value)}
        >
          <option value="">rules and text packs</option>
          {writers.map((one) => (
            <option key={one.id} value={one.id}>
              {one.title}
            </option>
          ))}
        </select>
      )}
      {host !== undefined && (
        <SendsAway host={host} allowed={mayAsk} onAllow={allow}>
          the text of the papers leaves this one each time values are suggested.
        </SendsAway>
      )}
    </>
  );
}
