"""
MONAI's VISTA3D bundle (model zoo, vista3d 0.5.x) to a pack.

    pip install monai einops onnx
    python -m monai.bundle download vista3d --bundle_dir BUNDLES
    python models/convert/vista3d.py BUNDLES/vista3d PACKS/vista3d

The pack keeps the bundle's class-prompt chain: 1.5 mm linear, foreground box with a margin of 10, intensities to
0 ... 1, RAS; windows of 128 at overlap 0.25 with equal weights (what the automatic path uses, whatever the
configuration says for clicks); best class above zero.

Three networks come of the checkpoint. `features.onnx` is the encoder, the automatic decoder and the mapping before the
class head, so it runs once for all classes; `classes.onnx` is the head, linear in those features, asked for a few
classes at a time; `points.onnx` takes clicks and gives one object's logits.
"""

import argparse
import colorsys
import json
from pathlib import Path

import torch
from pack import write_pack

UNSUPPORTED = {16, 18, 129, 130, 131}
"""Indices of the published weights that were not trained."""
PARENTS = {2: [14, 5], 20: [28, 29, 30, 31, 32], 21: [*range(33, 57), *range(63, 98), 114, 120, 122]}
"""Kidney, lung and bone are asked for as their parts (the bundle's `subclass`)."""
SPECIAL = {23, 24, 25, 26, 27, 128, 132}
"""Tumours, vessels and airway: asked for by name, not by "everything"."""
GROUPS = {
    "hepatic tumor": [1, 26],
    "pancreatic tumor": [4, 24],
    "lung tumor": [23, 28, 29, 30, 31, 32],
    "bone lesion": [128],
    "organs": [1, 14, 5, 3, 4, 8, 9, 10, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 57, 116, 117, 118, 121, 126, 132],
    "cardiovascular": [6, 7, 17, 58, 59, 60, 61, *range(108, 114), 115, 119, 123, 124, 125],
    "gastrointestinal": [11, 12, 13, 15, 19, 62],
    "skeleton": [*PARENTS[21], 127, 128],
    "muscles": [*range(98, 108)],
}
"""VILA-M3's arguments, parents replaced by their parts."""


class Features(torch.nn.Module):
    """Image [1, 1, x, y, z] to what the class head multiplies with: [1, features, x, y, z]."""

    def __init__(self, network: torch.nn.Module):
        super().__init__()
        self.encoder = network.image_encoder
        self.mapping = network.class_head.image_post_mapping

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        _, automatic = self.encoder(image, with_point=False, with_label=True)
        return self.mapping(automatic)


class Classes(torch.nn.Module):
    """Features [1, f, x, y, z] and class ids [n, 1] to logits [n, 1, x, y, z]."""

    def __init__(self, network: torch.nn.Module):
        super().__init__()
        head = network.class_head
        self.embeddings = head.class_embeddings
        self.mlp = head.mlp if head.use_mlp else torch.nn.Identity()

    def forward(self, features: torch.Tensor, class_ids: torch.Tensor) -> torch.Tensor:
        asked = self.mlp(self.embeddings(class_ids)).squeeze(1)
        return torch.einsum("nf,bfxyz->nbxyz", asked, features)


class Points(torch.nn.Module):
    """
    Image [1, 1, x, y, z], clicks [1, n, 3] in its voxels and their kinds [1, n] (0 outside, 1 inside the object; 2 and
    3 the same for tumours and vessels; -1 none) to one object's logits [1, 1, x, y, z]. The object is of a class that
    the weights know.
    """

    def __init__(self, network: torch.nn.Module):
        super().__init__()
        self.encoder = network.image_encoder
        self.head = network.point_head

    def forward(self, image: torch.Tensor, points: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
        head = self.head
        features, _ = self.encoder(image, with_point=True, with_label=False)
        low = head.feat_downsample(features)
        where = head.pe_layer.forward_with_coords(points + 0.5, features.shape[-3:])
        kind = kinds.unsqueeze(-1)
        inside, special = (kind == 1) | (kind == 3), kind >= 2
        embedded = where + torch.where(inside, head.point_embeddings[1].weight, head.point_embeddings[0].weight)
        embedded = embedded + torch.where(special, head.special_class_embed.weight, torch.zeros_like(embedded))
        embedded = torch.where(kind < 0, head.not_a_point_embed.weight.expand_as(embedded), embedded)
        tokens = torch.cat((head.mask_tokens.weight.unsqueeze(0), embedded, head.supported_embed.weight.unsqueeze(0)), dim=1)
        place = head.pe_layer(low.shape[-3:]).unsqueeze(0)
        found, mixed = head.transformer(low, place, tokens)
        mask = head.output_hypernetworks_mlps(found[:, :1, :])
        large = head.output_upscaling(mixed.transpose(1, 2).reshape(low.shape))
        return torch.einsum("bof,bfxyz->boxyz", mask, large)


def export(module: torch.nn.Module, examples: tuple, path: Path, inputs: list[str], output: str, free: dict) -> None:
    torch.onnx.export(module.eval(), examples, str(path), input_names=inputs, output_names=[output], opset_version=17, dynamo=False, dynamic_axes=free)


def colour(index: int) -> str:
    """Neighbouring ids far apart on the colour circle, the same for an id in every conversion."""
    red, green, blue = colorsys.hls_to_rgb((index * 0.618033988749895) % 1, 0.55, 0.6)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def convert(network: torch.nn.Module, folder: Path, about: dict, names: dict[int, str], roi: list[int], step: int) -> None:
    """
    `network` is MONAI's VISTA3D; `names` its classes by id; `step` what a window's sides must be multiples of;
    `about` holds id, title, accuracy, and where they differ from the published weights everything, groups and overlap.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = network.eval()
    size = 2 * step
    width = network.class_head.class_embeddings.weight.shape[1]
    image = torch.zeros(1, 1, size, size, size)
    axes = {2: "x", 3: "y", 4: "z"}
    with torch.no_grad():
        export(Features(network), (image,), folder / "features.onnx", ["image"], "features", {"image": axes, "features": axes})
        export(
            Classes(network), (torch.zeros(1, width, 4, 4, 4), torch.tensor([[1], [2]])), folder / "classes.onnx", ["features", "class_ids"], "logits",
            {"features": axes, "class_ids": {0: "n"}, "logits": {0: "n", **axes}},
        )
        export(
            Points(network), (image, torch.ones(1, 2, 3), torch.tensor([[1, 0]])), folder / "points.onnx", ["image", "points", "kinds"], "logits",
            {"image": axes, "points": {1: "n"}, "kinds": {1: "n"}, "logits": axes},
        )
    classes = sorted(names)
    everything = about.get("everything") or [one for one in classes if one not in SPECIAL]
    groups = {name: [one for one in ids if one in names] for name, ids in (about.get("groups") or GROUPS).items()}
    manifest = {
        "id": about["id"], "version": "1.0.0", "title": about["title"], "task": "segmentation",
        "licence": {"name": "NVIDIA VISTA3D weights: non-commercial, research and evaluation only", "url": "https://github.com/Project-MONAI/model-zoo/tree/dev/models/vista3d", "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": ["He Y et al.: VISTA3D, arXiv:2406.05285"]},
        "intendedUse": "Research: organs, vessels, bones and some tumours on CT of the body.",
        "inputs": [{"name": "image", "modality": ["CT"], "channels": 1, "dtype": "float32"}],
        "preprocess": [
            {"step": "spacing", "mm": [1.5, 1.5, 1.5], "mode": "bilinear"},
            {"step": "cropForeground", "threshold": 0, "marginVox": 10, "allowSmaller": True},
            {"step": "intensityRange", "aMin": -963.8247715525971, "aMax": 1053.678477684517, "bMin": 0, "bMax": 1, "clip": True},
            {"step": "orient", "axes": "RAS"},
        ],
        "inference": {
            "kind": "classPrompt", "file": "features.onnx", "input": "image", "output": "features", "prompt": "class_ids", "roi": roi,
            "overlap": about.get("overlap", 0.25), "mode": "constant", "classes": classes, "everything": everything, "chunk": 16,
            "head": {"file": "classes.onnx", "input": "features", "output": "logits"},
            "points": {"file": "points.onnx", "input": "image", "points": "points", "kinds": "kinds", "output": "logits", "special": sorted(SPECIAL & set(classes))},
        },
        "postprocess": [{"step": "argmaxOrBackground"}, {"step": "invert", "mode": "nearest"}],
        "labels": [{"id": one, "name": names[one], "color": colour(one)} for one in classes],
        "groups": {name: ids for name, ids in groups.items() if ids},
        "expertCall": {"name": "VISTA3D", "modality": "CT", "task": "segmentation", "overview": f"{len(classes)} structures of the body on CT", "accuracy": about["accuracy"], "args": ["everything", *[name for name, ids in groups.items() if ids]]},
        "figures": [],
    }
    card = (
        f"# {about['title']}\n\n**Research use only - not for diagnosis.**\n\nConverted by `models/convert/vista3d.py`. {len(classes)} classes; \"everything\" asks for {len(everything)} of them.\n\n"
        f"Performance was not measured by this conversion; upstream: {about['accuracy']}. The published weights may not be used commercially.\n"
    )
    write_pack(folder, manifest, ["features.onnx", "classes.onnx", "points.onnx"], card)


def class_names(bundle: Path) -> dict[int, str]:
    """Names by id from the bundle's metadata; parents are left out, they are asked for as groups of their parts."""
    metadata = json.loads((bundle / "configs/metadata.json").read_text(encoding="utf-8"))
    listed = metadata["network_data_format"]["outputs"]["pred"]["channel_def"]
    return {int(index): name for index, name in listed.items() if int(index) > 0 and int(index) not in UNSUPPORTED | set(PARENTS)}


def load(checkpoint: Path) -> torch.nn.Module:
    """The published network with a checkpoint's weights; its width is read off them."""
    from monai.networks.nets import vista3d132

    weights = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = weights.get("state_dict", weights.get("model", weights))
    network = vista3d132(encoder_embed_dim=weights["class_head.class_embeddings.weight"].shape[1], in_channels=weights["image_encoder.encoder.conv_init.weight"].shape[1])
    network.load_state_dict(weights)
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the bundle's folder (configs/metadata.json, models/model.pt)")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--roi", type=int, default=128, help="side of a window, a multiple of 16; smaller ones take less memory and see less")
    arguments = parser.parse_args()
    names = class_names(arguments.bundle)
    groups = GROUPS | {"kidney": PARENTS[2], "lung": PARENTS[20], "bone": PARENTS[21]}
    about = {"id": "vista3d", "title": "VISTA3D", "accuracy": "mean Dice 0.792 over 127 classes (VILA-M3's card of it)", "groups": groups}
    convert(load(arguments.bundle / "models/model.pt"), arguments.folder, about, names, [arguments.roi] * 3, 16)


if __name__ == "__main__":
    main()
