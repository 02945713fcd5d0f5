"""Weights of an exported network back in a network, so that training goes on from a pack instead of from nothing."""

import onnx
import torch
from onnx import numpy_helper
from torch import nn


def start_from(model, path, images):
    """Copies the convolutions and linear layers of the network exported at `path`, whose export folded each normalisation into the convolution before it.

    Each normalisation then takes the mean and variance that it sees on `images` and gives them back, so that the
    network answers as the exported one does and trains on from there.
    """
    graph = onnx.load(str(path)).graph
    stored = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    nodes = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    layers = sum(isinstance(part, (nn.Conv2d, nn.Linear)) for part in model.modules())
    if len(nodes) not in (layers, 2 * layers):
        raise ValueError(f"{path} holds {len(nodes)} layers, the network {layers}")
    # A pack that also asks about the mirrored image holds every layer a second time, after the first round.
    waiting = iter([[torch.tensor(stored[name]) for name in node.input[1:]] for node in nodes[:layers]])
    bias_of_last = []

    def take(layer, _):
        weight, bias = next(waiting)
        layer.weight.data.copy_(weight)
        if layer.bias is not None:
            layer.bias.data.copy_(bias)
        bias_of_last[:] = [bias]

    def undo(norm, inputs):
        (value,) = inputs
        mean, variance = value.mean((0, 2, 3)), value.var((0, 2, 3))
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.data.copy_(torch.sqrt(variance + norm.eps))
        norm.bias.data.copy_(bias_of_last[0] + mean)

    hooks = [part.register_forward_pre_hook(take) for part in model.modules() if isinstance(part, (nn.Conv2d, nn.Linear))]
    hooks += [part.register_forward_pre_hook(undo) for part in model.modules() if isinstance(part, nn.BatchNorm2d)]
    model.eval()
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    return model
