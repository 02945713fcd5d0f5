"""
Times MONAI's sliding window on the same network, volume and windows as
`electron/features/models/steps/sliding-window.measure.ts`.

    python models/convert/proofs/sliding_window_time.py ../shared/data/imaging [threads]
"""

import sys
import time
from pathlib import Path

import nibabel
import numpy as np
import onnxruntime
import torch
from monai.data import MetaTensor
from monai.inferers import sliding_window_inference
from monai.transforms import CropForeground, Orientation, ScaleIntensityRange, Spacing

data = Path(sys.argv[1])
threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
torch.set_num_threads(threads)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(str(data / "golden/sliding_window/tiny3d.onnx"), options, providers=["CPUExecutionProvider"])
source = nibabel.load(data / "ct_totalsegmentator/example_ct.nii.gz")
image = MetaTensor(torch.from_numpy(source.get_fdata(dtype=np.float32))[None], affine=source.affine)
network = 0.0


def predict(window: torch.Tensor) -> torch.Tensor:
    global network
    started = time.perf_counter()
    logits = session.run(None, {"image": np.ascontiguousarray(window.numpy())})[0]
    network += time.perf_counter() - started
    return torch.from_numpy(logits)


steps = [
    Spacing(pixdim=(1.5, 1.5, 1.5), mode="bilinear"),
    CropForeground(select_fn=lambda x: x > 0, margin=10, allow_smaller=True),
    ScaleIntensityRange(-963.8247715525971, 1053.678477684517, 0, 1, clip=True),
    Orientation("RAS"),
]
runs = []
for _ in range(4):
    started = time.perf_counter()
    value = image
    for step in steps:
        value = step(value)
    ready = time.perf_counter()
    network = 0.0
    before = time.process_time()
    logits = sliding_window_inference(value.as_tensor()[None], (128, 128, 128), 1, predict, overlap=0.25)[0]
    blended = time.perf_counter()
    highest, label = logits.max(dim=0)
    labels = torch.where(highest > 0, label + 1, 0).to(torch.uint8)
    runs.append((ready - started, time.perf_counter() - ready, blended - ready, network, time.process_time() - before))
best = [round(min(run[part] for run in runs[1:]) * 1000) for part in range(4)]
print(f"pre-processing {best[0]} ms; windows to labels {best[1]} ms, of it windows alone {best[2]} ms and of these the network {best[3]} ms (best of 3 after one warm-up); processor time of the windows {', '.join(str(round(run[4] * 1000)) for run in runs[1:])} ms; voxels {', '.join(str(int((labels == one).sum())) for one in (1, 2, 3))}")
