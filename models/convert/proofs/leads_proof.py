"""
Proof of the LEADS converter: a tiny Mistral with random weights (grouped queries, a sliding window) and a tokenizer
trained here on a few sentences are saved as a Hugging Face folder, converted to both types, and transformers' own
answers are kept for the program's tests to agree with.

    python models/convert/proofs/leads_proof.py electron/features/models/fixtures/leads-tiny
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, MistralConfig, MistralForCausalLM, PreTrainedTokenizerFast

sys.path.insert(0, str(Path(__file__).parents[1]))
from leads_gguf import convert  # noqa: E402
from tiny_network import greedy, spread  # noqa: E402

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
source = Path(tempfile.mkdtemp())
sentences = [
    "We randomly assigned 120 adults with chronic cough to inhaled budesonide or placebo for 12 weeks.",
    "The randomised trial compared yoga with usual care in adults with high blood pressure.",
    "Cough frequency fell by 24% in the treatment group and by 11% in the placebo group (P = 0.03).",
    "Systolic pressure fell by 4.2 mmHg after twelve weeks of treatment.",
] * 4
special = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"]
tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="first", split=True)
tokenizer.train_from_iterator(sentences, trainers.BpeTrainer(vocab_size=440, special_tokens=[*special, *(f"<0x{byte:02X}>" for byte in range(256))], show_progress=False))
# As Mistral's own: the whole text is one piece, bytes are plain vocabulary, not special.
kept = json.loads(tokenizer.to_str())
kept["pre_tokenizer"]["split"] = False
kept["added_tokens"] = [one for one in kept["added_tokens"] if one["content"] in special]
tokenizer = Tokenizer.from_str(json.dumps(kept))
tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
fast.chat_template = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}"
)
fast.save_pretrained(source)
# Of twelve seeds tried, the one whose greedy choice has the largest smallest margin, so that rounding hardly decides.
torch.manual_seed(int(sys.argv[2]) if len(sys.argv) > 2 else 11)
size = len(fast)
config = MistralConfig(
    vocab_size=size, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=16,
    max_position_embeddings=4096, sliding_window=1024, rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0}, rms_norm_eps=1e-5,
    bos_token_id=1, eos_token_id=2, tie_word_embeddings=False,
)
network = MistralForCausalLM(config)
spread(network)
network.to(torch.bfloat16).save_pretrained(source)
model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32).eval()
read = AutoTokenizer.from_pretrained(source)
for kind in ("f16", "q8_0"):
    convert(source, target / f"leads-tiny-{kind}.gguf", kind, f"leads-tiny {kind}", "Apache-2.0")

text = "Randomised trial of yoga in 60 adults: systolic pressure fell by 4.2 mmHg; na\u00efve \u03b2-blocker."
prompt = read(text).input_ids
messages = [{"role": "user", "content": "Was cough less frequent?"}, {"role": "assistant", "content": "By 24%."}, {"role": "user", "content": "Than placebo?"}]
chat = read.apply_chat_template(messages, tokenize=True, return_dict=False)
reference = {
    "text": text, "prompt": prompt, **greedy(model, prompt),
    "messages": messages, "chat": chat, "chatText": read.apply_chat_template(messages, tokenize=False),
}
(target / "reference.json").write_text(json.dumps(reference) + "\n")
print(size, "tokens;", len(prompt), "in the prompt; smallest margin", round(reference["smallestMargin"], 4), reference["chatText"], [read.convert_ids_to_tokens(one) for one in chat])
