"""What the tiny networks with random weights share, for fixtures whose greedy choices must not hang on rounding."""

import torch


@torch.no_grad()
def spread(network: torch.nn.Module) -> None:
    """Weights larger than the usual start, in place, so that greedy choices lie further apart."""
    for name, parameter in network.named_parameters():
        if parameter.dim() > 1:
            parameter.normal_(0, 0.35 if "lm_head" in name or "embed" in name else 0.2)
