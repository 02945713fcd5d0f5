"""What the tiny networks with random weights share, for fixtures whose greedy choices must not hang on rounding."""

import torch


@torch.no_grad()
def spread(network: torch.nn.Module) -> None:
    """Weights larger than the usual start, in place, so that greedy choices lie further apart."""
    for name, parameter in network.named_parameters():
        if parameter.dim() > 1:
            parameter.normal_(0, 0.35 if "lm_head" in name or "embed" in name else 0.2)


@torch.no_grad()
def greedy(model: torch.nn.Module, prompt: list[int], count: int = 64) -> dict[str, object]:
    """What PyTorch answers to `prompt`, without a cache: the next token's probabilities, `count` greedy tokens, and
    how far the two best logits lay apart where they lay closest."""
    tokens = torch.tensor([prompt])
    first = torch.softmax(model(tokens).logits[0, -1], dim=-1)
    margins = []
    for _ in range(count):
        logits = model(tokens).logits[0, -1]
        best = logits.topk(2).values
        margins.append(float(best[0] - best[1]))
        tokens = torch.cat([tokens, logits.argmax().reshape(1, 1)], dim=1)
    return {
        "greedy": tokens[0, len(prompt) :].tolist(),
        "smallestMargin": min(margins),
        "probabilities": [round(float(value), 8) for value in first],
    }
