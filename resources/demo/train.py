"""Trains the demo's fold models: small segmentation networks, each on the demo's (noisy) masks without its own fold.

    node resources/demo/main.ts DEMO
    python3 resources/demo/train.py DEMO resources/demo/models --folds 0 1 2

Needs PyTorch (1.13 or newer), NumPy and Pillow, which nothing else in the project does: the models it makes are part of
the project, and neither installing, building nor testing runs it. Uses a GPU where there is one (some minutes; on two
CPU cores some hours, or `--epochs 200` for weaker models within one). THREADS sets the CPU threads.

Writes foldN.onnx: opset 16, input float32 N x 3 x H x W (RGB / 255, ImageNet mean and std), output logits N x K x H x W,
batch, height and width free. Prints the mIoU on the held-out fold, against its noisy masks and against the truth.
"""
import argparse
import inspect
import json
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CROP = (352, 448)
BATCH = 8
RATE = 8e-3


def conv(i, o, k=3, s=1, g=1):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


def separable(i, o, s=1):
    return nn.Sequential(conv(i, i, 3, s, i), conv(i, o, 1))


class Inverted(nn.Module):
    """MobileNetV2's inverted residual block."""

    def __init__(self, i, o, s, t=4):
        super().__init__()
        self.body = nn.Sequential(conv(i, i * t, 1), conv(i * t, i * t, 3, s, i * t), nn.Conv2d(i * t, o, 1, bias=False), nn.BatchNorm2d(o))
        self.skip = s == 1 and i == o

    def forward(self, x):
        y = self.body(x)
        return x + y if self.skip else y


class Net(nn.Module):
    """Two branches in the manner of Fast-SCNN (arXiv 1902.04502), with skips at a quarter and at half of the resolution."""

    def __init__(self, classes, width):
        super().__init__()
        c = lambda n: int(n * width)
        self.d1 = conv(3, c(24), 3, 2)
        self.d2 = separable(c(24), c(32), 2)
        self.d3 = separable(c(32), c(48), 2)
        self.deep = nn.Sequential(Inverted(c(48), c(64), 2), Inverted(c(64), c(64), 1), Inverted(c(64), c(80), 2), Inverted(c(80), c(80), 1), Inverted(c(80), c(96), 1))
        self.context = nn.Conv2d(c(96), c(96), 1)
        self.up = conv(c(96), c(64), 1)
        self.high = conv(c(48), c(64), 1)
        self.fuse = nn.Sequential(separable(c(64), c(64)), separable(c(64), c(64)))
        self.low = conv(c(32), c(32), 1)
        self.refine = nn.Sequential(separable(c(64) + c(32), c(64)), conv(c(64), c(40), 1))
        self.fine = conv(c(24), c(24), 1)
        self.finish = nn.Sequential(separable(c(40) + c(24), c(40)), separable(c(40), c(40)))
        self.out = nn.Conv2d(c(40), classes, 1)

    def forward(self, x):
        size = x.shape[-2:]
        half = self.d1(x)
        quarter = self.d2(half)
        eighth = self.d3(quarter)
        z = self.deep(eighth)
        z = z * torch.sigmoid(self.context(z.mean((2, 3), keepdim=True)))
        z = self.fuse(F.interpolate(self.up(z), size=eighth.shape[-2:], mode="bilinear", align_corners=False) + self.high(eighth))
        z = F.interpolate(z, size=quarter.shape[-2:], mode="bilinear", align_corners=False)
        z = self.refine(torch.cat([z, self.low(quarter)], 1))
        z = F.interpolate(z, size=half.shape[-2:], mode="bilinear", align_corners=False)
        z = self.finish(torch.cat([z, self.fine(half)], 1))
        return F.interpolate(self.out(z), size=size, mode="bilinear", align_corners=False)


def read(folder, names, kind):
    suffix = "jpg" if kind == "images" else "png"
    return torch.tensor(np.stack([np.array(Image.open(f"{folder}/{kind}/{n}.{suffix}")) for n in names]))


def normalised(x):
    """uint8 N x H x W x 3 to what the network takes."""
    mean, std = (torch.tensor(v, device=x.device).view(1, 3, 1, 1) for v in (MEAN, STD))
    return (x.permute(0, 3, 1, 2).float() / 255 - mean) / std


def augmented(x, y, ignore):
    """Random scale, turn, flips, place, exposure and tint. x uint8 N x H x W x 3, y uint8 N x H x W."""
    n, h, w = y.shape
    uniform = lambda a, b, *shape: torch.rand(*shape, device=x.device) * (b - a) + a
    turn, zoom = uniform(-0.3, 0.3, n), uniform(0.75, 1.2, n)
    sx, sy = torch.sign(uniform(-1, 1, n)), torch.sign(uniform(-1, 1, n))
    ax, ay, aspect = CROP[1] / w * zoom, CROP[0] / h * zoom, h / w
    theta = torch.stack([
        torch.stack([ax * sx * torch.cos(turn), -ay * torch.sin(turn) * sy * aspect, uniform(-0.3, 0.3, n)], 1),
        torch.stack([ax * sx * torch.sin(turn) / aspect, ay * sy * torch.cos(turn), uniform(-0.3, 0.3, n)], 1),
    ], 1)
    grid = F.affine_grid(theta, (n, 1, *CROP), align_corners=False)
    picture = F.grid_sample(x.permute(0, 3, 1, 2).float(), grid, mode="bilinear", align_corners=False)
    # One more than the label, so that what lies outside the picture comes out as 0 and becomes ignore.
    label = F.grid_sample(y[:, None].float() + 1, grid, mode="nearest", align_corners=False)[:, 0].round().long() - 1
    label[label < 0] = ignore
    picture = picture * uniform(0.7, 1.3, n, 1, 1, 1) * uniform(0.85, 1.15, n, 3, 1, 1) + uniform(-12, 12, n, 1, 1, 1)
    picture = picture + torch.randn_like(picture) * uniform(0, 5, n, 1, 1, 1)
    return normalised(picture.clamp(0, 255).permute(0, 2, 3, 1)), label


def mean_iou(net, x, y, classes):
    net.eval()
    counts = torch.zeros(classes, classes, dtype=torch.long, device=x.device)
    with torch.no_grad():
        for i in range(len(x)):
            predicted, given = net(normalised(x[i : i + 1])).argmax(1)[0].flatten(), y[i].long().flatten()
            known = given < classes
            counts += torch.bincount(given[known] * classes + predicted[known], minlength=classes**2).view(classes, classes)
    hits = counts.diagonal().double()
    return (hits / (counts.sum(0) + counts.sum(1) - hits).clamp(min=1)).cpu().numpy()


def export(net, path):
    net = net.cpu().eval()
    free = {0: "batch", 2: "height", 3: "width"}
    # Newer versions have a second exporter that needs more packages; the first one is enough here.
    which = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(net, torch.randn(1, 3, *CROP), path, opset_version=16, input_names=["input"], output_names=["logits"],
                      dynamic_axes={"input": free, "logits": free}, **which)


def train(data, out, fold, epochs, width):
    spec = json.load(open(f"{data}/classes.json"))
    folds = json.load(open(f"{data}/folds.json"))
    names, ignore, classes = [c["name"] for c in spec["classes"]], spec["ignore"], len(spec["classes"])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(fold)
    inside, held = [n for n, f in folds.items() if f != fold], [n for n, f in folds.items() if f == fold]
    x, y = read(data, inside, "images").to(device), read(data, inside, "masks").to(device)
    net = Net(classes, width).to(device)
    steps = epochs * (len(inside) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.15)
    print(f"fold {fold}: {sum(p.numel() for p in net.parameters())} parameters, {len(inside)} pictures, {device}", flush=True)
    start = time.time()
    for epoch in range(epochs):
        net.train()
        total = 0.0
        for chosen in torch.randperm(len(inside)).split(BATCH)[: len(inside) // BATCH]:
            picture, label = augmented(x[chosen], y[chosen], ignore)
            loss = F.cross_entropy(net(picture), label, ignore_index=ignore, label_smoothing=0.02)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.detach()
        if epoch % 50 == 49:
            print(f"fold {fold} epoch {epoch + 1} loss {float(total) / (len(inside) // BATCH):.3f} {time.time() - start:.0f} s", flush=True)
    x = read(data, held, "images").to(device)
    for kind in ("masks", "truth/masks"):
        iou = mean_iou(net, x, read(data, held, kind).to(device), classes)
        print(f"fold {fold} held out, {kind}: mIoU {iou.mean():.3f}  " + " ".join(f"{n} {v:.2f}" for n, v in zip(names, iou)), flush=True)
    os.makedirs(out, exist_ok=True)
    export(net, f"{out}/fold{fold}.onnx")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--folds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--width", type=float, default=0.58)
    args = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("THREADS", "2")))
    for fold in args.folds:
        train(args.data, args.out, fold, args.epochs, args.width)


if __name__ == "__main__":
    main()
