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


def occurrences(ids, full_stop):
    """What the whole document says of each token: (features [N, T, PLACE], share of each other token that is the same word [N, T, T]).

    Markers mark a thing where it is first named, and the arms named in the title come back below: a token knows
    how often its word came before and comes at all, whether the title holds it, and which sentence it stands in.
    Two tokens are one word when the hashes of their beginnings and ends agree.
    """
    there = (ids[..., 0] != 0).to(torch.float32)
    key = ids[..., 1] * HASH_BUCKETS + ids[..., 2]
    same = (key[:, :, None] == key[:, None, :]).to(torch.float32) * there[:, None, :]
    count = same.sum(2).clamp_min(1.0)
    before = (same * torch.tril(torch.ones_like(same), -1)).sum(2)
    # A full stop within a number touches the token after it.
    touched = torch.cat([ids[:, 1:, 3] % 2, torch.zeros_like(ids[:, :1, 3])], 1)
    stops = ((ids[..., 0] == full_stop) & (touched == 0)).to(torch.float32)
    sentence = torch.cumsum(stops, 1) - stops
    share = sentence / (sentence * there).amax(1, keepdim=True).clamp_min(1.0)
    title = ((sentence == 0).to(torch.float32) * there)[:, None, :]
    features = [torch.log1p(before), torch.log1p(count), (before == 0).to(torch.float32), (same * title).sum(2).clamp_max(1.0), (sentence == 0).to(torch.float32), share, (share - 0.5).abs()]
    return torch.stack(features, 2) * there[..., None], same / count[..., None]


PLACE = 7


class Tagger(nn.Module):
    """Words to labels: two bidirectional LSTM layers; between them each token sees the mean of the first layer at every place of its word."""

    def __init__(self, vectors, heads, full_stop, hidden=128, dropout=0.4):
        super().__init__()
        self.full_stop = full_stop
        self.embedding = Embedding(vectors)
        self.drop = nn.Dropout(dropout)
        self.place = nn.Linear(PLACE, 16)
        self.first = nn.LSTM(Embedding.size + 16, hidden, batch_first=True, bidirectional=True)
        self.elsewhere = nn.Linear(2 * hidden, 64)
        self.second = nn.LSTM(2 * hidden + 64 + 16, hidden, batch_first=True, bidirectional=True)
        self.heads = nn.ModuleDict({name: nn.Linear(4 * hidden, size) for name, size in heads.items()})

    def layers(self, ids):
        """What each of the two layers says of each token: [N, T, 2 * hidden] both, forward half first."""
        features, same = occurrences(ids, self.full_stop)
        place = torch.tanh(self.place(features))
        first, _ = self.first(torch.cat([self.drop(self.embedding(ids)), place], -1))
        elsewhere = torch.relu(same @ self.elsewhere(first))
        second, _ = self.second(torch.cat([self.drop(first), self.drop(elsewhere), place], -1))
        return first, second

    def states(self, ids):
        return self.drop(torch.cat(self.layers(ids), -1))

    def forward(self, ids, head):
        return self.heads[head](self.states(ids))


class OneHead(nn.Module):
    """What is exported: ids [1, T, 4] to logits [1, T, labels], the mean over the networks (of the log probabilities where labels exclude each other)."""

    def __init__(self, models, head, exclusive):
        super().__init__()
        self.models, self.head, self.exclusive = nn.ModuleList(models), head, exclusive

    def forward(self, ids):
        logits = [model(ids, self.head) for model in self.models]
        if self.exclusive:
            logits = [torch.log_softmax(part, -1) for part in logits]
        return sum(logits) / len(logits)


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
