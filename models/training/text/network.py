"""The tagger: word, affix and shape embeddings, two bidirectional LSTM layers, one linear head per task."""
import numpy as np
import torch
from torch import nn

from tokenizer import HASH_BUCKETS, UNKNOWN


class Embedding(nn.Module):
    """Four ids per token to one vector of 128 + 24 + 24 + 8."""

    size = 184

    def __init__(self, vectors):
        super().__init__()
        self.word = nn.Embedding.from_pretrained(torch.tensor(vectors), freeze=False)
        self.prefix = nn.Embedding(HASH_BUCKETS, 24)
        self.suffix = nn.Embedding(HASH_BUCKETS, 24)
        self.shape = nn.Embedding(26, 8)
        for table in (self.prefix, self.suffix, self.shape):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, ids):
        words = ids[..., 0]
        if self.training:
            hide = torch.rand(words.shape) < 0.08
            words = torch.where(hide & (words != 0), torch.full_like(words, UNKNOWN), words)
        return torch.cat([self.word(words), self.prefix(ids[..., 1]), self.suffix(ids[..., 2]), self.shape(ids[..., 3])], -1)


class SmallEmbedding(nn.Module):
    """The same with 8-bit tables and one scale per row: what is exported."""

    size = Embedding.size

    def __init__(self, full):
        super().__init__()
        for name in ("word", "prefix", "suffix", "shape"):
            table = getattr(full, name).weight.detach()
            scale = table.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
            self.register_buffer(name, torch.round(table / scale).to(torch.int8))
            self.register_buffer(name + "_scale", scale)

    def forward(self, ids):
        parts = []
        for position, name in enumerate(("word", "prefix", "suffix", "shape")):
            index = ids[..., position]
            parts.append(getattr(self, name)[index].to(torch.float32) * getattr(self, name + "_scale")[index])
        return torch.cat(parts, -1)


class Tagger(nn.Module):
    def __init__(self, vectors, heads, hidden=128):
        super().__init__()
        self.embedding = Embedding(vectors)
        self.drop = nn.Dropout(0.4)
        self.first = nn.LSTM(Embedding.size, hidden, batch_first=True, bidirectional=True)
        self.second = nn.LSTM(2 * hidden, hidden, batch_first=True, bidirectional=True)
        self.heads = nn.ModuleDict({name: nn.Linear(4 * hidden, size) for name, size in heads.items()})

    def states(self, ids):
        values = self.drop(self.embedding(ids))
        first, _ = self.first(values)
        second, _ = self.second(self.drop(first))
        return self.drop(torch.cat([first, second], -1))

    def forward(self, ids, head):
        return self.heads[head](self.states(ids))


class OneHead(nn.Module):
    """What is exported: ids [1, T, 4] to logits [1, T, labels]."""

    def __init__(self, model, head):
        super().__init__()
        self.model, self.head = model, head

    def forward(self, ids):
        return self.model(ids, self.head)


class Average:
    """Exponential moving average of the weights: steadier than the last step, at no cost at run time."""

    def __init__(self, model, decay):
        self.decay, self.step = decay, 0
        self.kept = {name: value.detach().clone() for name, value in model.state_dict().items()}

    def update(self, model):
        self.step += 1
        rate = min(self.decay, (1 + self.step) / (10 + self.step))
        for name, value in model.state_dict().items():
            self.kept[name].lerp_(value.detach(), 1 - rate)


def seed_all(seed):
    torch.manual_seed(seed)
    np.random.seed(seed)
    torch.set_num_threads(1)
