"""Weights of an exported tagger back in a network, so that training goes on from a pack instead of from nothing."""
import numpy as np
import onnx
import torch
from onnx import numpy_helper


def torch_gates(weights):
    """ONNX keeps a cell's gates as input, output, forget, cell; torch as input, forget, cell, output. First axis: gates x hidden."""
    gate_input, output, forget, cell = np.split(weights, 4)
    return np.concatenate([gate_input, forget, cell, output])


def copy_cells(layer, weights, recurrent, bias):
    """What the pack's layer knew; columns of inputs that it did not have start at zero."""
    half = bias.shape[1] // 2
    for direction, suffix in enumerate(("", "_reverse")):
        wide = getattr(layer, f"weight_ih_l0{suffix}")
        wide.data.zero_()
        wide.data[:, : weights.shape[2]] = torch.tensor(torch_gates(weights[direction]))
        getattr(layer, f"weight_hh_l0{suffix}").data.copy_(torch.tensor(torch_gates(recurrent[direction])))
        getattr(layer, f"bias_ih_l0{suffix}").data.copy_(torch.tensor(torch_gates(bias[direction][:half])))
        getattr(layer, f"bias_hh_l0{suffix}").data.copy_(torch.tensor(torch_gates(bias[direction][half:])))


def start_from(model, path, head):
    """Copies tables, cells and the head of the (single) network exported at `path`."""
    graph = onnx.load(str(path)).graph
    stored = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    for name in ("word", "prefix", "suffix", "shape"):
        table = next(value for key, value in stored.items() if key.endswith(f"embedding.{name}"))
        scale = next(value for key, value in stored.items() if key.endswith(f"embedding.{name}_scale"))
        getattr(model.embedding, name).weight.data.copy_(torch.tensor(table.astype(np.float32) * scale))
    for layer, node in zip((model.first, model.second), [node for node in graph.node if node.op_type == "LSTM"]):
        copy_cells(layer, *[stored[name] for name in node.input[1:4]])
    if head in model.heads:
        last = next(node for node in graph.node if node.op_type == "MatMul" and node.input[1] in stored and stored[node.input[1]].shape[1] == model.heads[head].out_features)
        temperature = float(stored.get("temperature", 1))
        model.heads[head].weight.data.copy_(torch.tensor(stored[last.input[1]].T / temperature))
        model.heads[head].bias.data.copy_(torch.tensor(next(value for key, value in stored.items() if key.endswith(f"heads.{head}.bias")) / temperature))
