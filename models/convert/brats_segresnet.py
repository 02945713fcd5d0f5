"""
MONAI's BraTS SegResNet bundle (model zoo, brats_mri_segmentation 0.5.2) to a pack.

    pip install monai onnx
    python -m monai.bundle download brats_mri_segmentation --bundle_dir BUNDLES
    python models/convert/brats_segresnet.py BUNDLES/brats_mri_segmentation/models/model.pt PACKS/brats

The pack keeps the bundle's chain: z-score per channel over non-zero voxels, windows of 240 x 240 x 160 at
overlap 0.5, sigmoid, threshold 0.5, then ET -> 4, else TC -> 1, else WT -> 2. Channels are T1c, T1, T2, FLAIR.
"""

import argparse
from pathlib import Path

import torch
from pack import export_onnx, write_pack

SEQUENCES = ["T1c", "T1", "T2", "FLAIR"]


def convert(network: torch.nn.Module, folder: Path, name: str, roi: list[int], overlap: float, title: str, accuracy: str) -> None:
    """`network` maps [n, 4, x, y, z] (multiples of 8) to logits [n, 3, x, y, z] for TC, WT, ET."""
    folder.mkdir(parents=True, exist_ok=True)
    export_onnx(network, torch.zeros(1, 4, 16, 16, 16), folder, "image", "logits", {0: "n", 2: "x", 3: "y", 4: "z"})
    manifest = {
        "id": name, "version": "1.0.0", "title": title, "task": "segmentation",
        "licence": {"name": "Apache-2.0 (bundle); trained on BraTS 2018", "url": "https://github.com/Project-MONAI/model-zoo", "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": ["Myronenko A: 3D MRI brain tumor segmentation using autoencoder regularization, BrainLes 2018"]},
        "intendedUse": "Research: tumour sub-regions on co-registered, skull-stripped 1 mm brain MR of BraTS kind.",
        "inputs": [{"name": "image", "modality": ["MR"], "sequences": SEQUENCES, "channels": 4, "dtype": "float32"}],
        "preprocess": [{"step": "normalizeNonzero", "perChannel": True}],
        "inference": {"kind": "slidingWindow", "file": "model.onnx", "input": "image", "output": "logits", "roi": roi, "overlap": overlap, "mode": "constant", "batch": 1},
        "postprocess": [{"step": "sigmoid"}, {"step": "threshold", "value": 0.5}, {"step": "mergePriority", "order": [[2, 4], [0, 1], [1, 2]]}],
        "labels": [
            {"id": 1, "name": "tumour core without enhancement", "color": "#e24a4a"},
            {"id": 2, "name": "oedema and infiltration", "color": "#4caf6d"},
            {"id": 4, "name": "enhancing tumour", "color": "#f2c14e"},
        ],
        "groups": {"whole tumour": [1, 2, 4], "tumour core": [1, 4], "enhancing tumour": [4]},
        "expertCall": {"name": "BRATS", "modality": "MRI", "task": "segmentation", "overview": "brain tumour sub-regions from four MR sequences", "accuracy": accuracy, "args": []},
        "figures": [],
    }
    card = (
        f"# {title}\n\n**Research use only - not for diagnosis.**\n\nConverted by `models/convert/brats_segresnet.py`. Needs four co-registered volumes in the order "
        f"{', '.join(SEQUENCES)}; nothing is registered, stripped or resampled.\n\nPerformance was not measured by this conversion; upstream: {accuracy}.\n"
    )
    write_pack(folder, manifest, ["model.onnx"], card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    from monai.networks.nets import SegResNet

    network = SegResNet(blocks_down=[1, 2, 2, 4], blocks_up=[1, 1, 1], init_filters=16, in_channels=4, out_channels=3, dropout_prob=0.2)
    network.load_state_dict(torch.load(arguments.checkpoint, map_location="cpu", weights_only=True))
    convert(network, arguments.folder, "brats-segresnet", [240, 240, 160], 0.5, "BraTS SegResNet", "Dice TC .8559, WT .9026, ET .7905 (MONAI bundle)")


if __name__ == "__main__":
    main()
