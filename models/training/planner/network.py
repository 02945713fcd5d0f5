"""
The planner's network in LLaVA's layout: a small convolutional picture encoder whose tokens take the place of
"<image>" among the embedded words, and a Llama decoder (transformers) that writes the answer.
"""

import torch
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

HIDDEN = 128
IMAGE_TOKENS = 4


class PictureEncoder(nn.Module):
    """(n, 3, 96, 96) in -1 to 1 -> (n, 4, 128): one token for each quarter of the picture."""

    def __init__(self):
        super().__init__()
        widths = [24, 48, 96, 128]
        layers, before = [], 3
        for width in widths:
            layers += [nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            layers += [nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            before = width
        self.body = nn.Sequential(*layers)
        self.pool = nn.AvgPool2d(3)
        self.project = nn.Sequential(nn.Linear(128, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN))
        self.kind = nn.Linear(128, 4)

    def features(self, pixels):
        return self.pool(self.body(pixels)).flatten(2).transpose(1, 2)

    def forward(self, pixels):
        return self.project(self.features(pixels))


def decoder(words: int, start: int, end: int) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=words, hidden_size=HIDDEN, intermediate_size=352, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=4,
            max_position_embeddings=1024, tie_word_embeddings=True, bos_token_id=start, eos_token_id=end, pad_token_id=end, attention_dropout=0.0,
        )
    )


def pixels_of(pictures: torch.Tensor) -> torch.Tensor:
    """(n, 96, 96) bytes -> (n, 3, 96, 96) with mean and deviation one half, as SigLIP takes them."""
    return (pictures.float() / 255 - 0.5).div(0.5).unsqueeze(1).expand(-1, 3, -1, -1)
