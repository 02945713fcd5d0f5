"""Divides the logits of the exported trial-facts network by one temperature (Guo et al. 2017), chosen by likelihood on own validation.

    python calibrate_facts.py

The tag path stays as it was: dividing all logits of a token moves every legal path alike. A network that
holds a temperature already is first freed of it, so that the command can be run again.
"""
import numpy as np
import onnx
from onnx import helper, numpy_helper

from corpora import require_data
from measure_taggers import Exported, entity_counts
from pack import expected_calibration_error
from tagged_text import facts, split_by_article

TEMPERATURES = np.arange(1.0, 5.01, 0.1).round(1)
DIVISION, DIVISOR = "temperature division", "temperature"


class Tempered:
    """The network's logits, each text run once, over a temperature."""

    def __init__(self, pack, documents):
        self.stored, self.temperature = {d["text"]: pack.logits(d["text"]) for d in documents}, 1.0

    def logits(self, text):
        tokens, logits = self.stored[text]
        return tokens, logits / self.temperature


def set_temperature(path, value):
    network = onnx.load(str(path))
    nodes, name = list(network.graph.node), network.graph.output[0].name
    kept = [node for node in nodes if node.name != DIVISION]
    inner = f"{name} before temperature"
    for node in kept:
        node.output[:] = [inner if output == name else output for output in node.output]
    kept.append(helper.make_node("Div", [inner, DIVISOR], [name], name=DIVISION))
    constants = [constant for constant in network.graph.initializer if constant.name != DIVISOR]
    constants.append(numpy_helper.from_array(np.array(value, np.float32), DIVISOR))
    del network.graph.node[:], network.graph.initializer[:]
    network.graph.node.extend(kept)
    network.graph.initializer.extend(constants)
    onnx.checker.check_model(network)
    onnx.save(network, str(path))


def main():
    require_data()
    path = Exported("trial-facts").folder / "model.onnx"
    set_temperature(path, 1.0)
    own = split_by_article(facts()[0])[1]
    tempered, found = Tempered(Exported("trial-facts"), own), []
    for tempered.temperature in TEMPERATURES:
        _, scores, right = entity_counts(tempered, own)
        scores, right = np.clip(scores, 1e-6, 1 - 1e-6), np.array(right)
        loss = -np.mean(np.where(right, np.log(scores), np.log(1 - scores)))
        found.append((loss, tempered.temperature, expected_calibration_error(scores, right)))
    loss, chosen, error = min(found)
    print(f"temperature {chosen}: on {len(own)} own validation articles loss {found[0][0]:.3f} to {loss:.3f}, calibration error {found[0][2]:.3f} to {error:.3f}")
    set_temperature(path, float(chosen))


if __name__ == "__main__":
    main()
