"""What one writes in an afternoon: one model, horizontal flip, softmax, mean, argmax, cleanlab's softmin, one picture
after the other. Prints seconds a picture as JSON. Needs onnxruntime, numpy and pillow; its results go nowhere.

    python3 bench/peers/straightforward.py MODEL DATASET [--limit N]
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def softmin(probabilities, given, temperature=0.1):
    scores = np.take_along_axis(probabilities, given[None].astype(np.int64), axis=0)[0].ravel()
    weights = np.exp((1 - scores) / temperature)
    return float((scores * weights / weights.sum()).sum())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()

    session = onnxruntime.InferenceSession(args.model, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    run = lambda x: session.run(None, {name: x})[0]
    masks = sorted((args.dataset / "masks").glob("*.png"))[: args.limit]
    pictures = {path.stem: path for path in (args.dataset / "images").iterdir()}

    seconds = []
    for mask in masks:
        began = time.perf_counter()
        rgb = np.asarray(Image.open(pictures[mask.stem]).convert("RGB"), np.float32) / 255
        x = np.ascontiguousarray(((rgb - MEAN) / STD).transpose(2, 0, 1)[None])
        given = np.asarray(Image.open(mask))
        flipped = np.ascontiguousarray(x[..., ::-1])
        p = (softmax(run(x)) + softmax(run(flipped))[..., ::-1])[0] / 2
        label = p.argmax(axis=0).astype(np.uint8)
        confidence = (255 * p.max(axis=0)).round().astype(np.uint8)
        softmin(p, np.minimum(given, len(p) - 1))
        assert label.shape == confidence.shape == given.shape
        seconds.append(time.perf_counter() - began)
    # The first picture warms up.
    print(json.dumps({"pictures": len(seconds), "seconds": sum(seconds[1:]) / (len(seconds) - 1)}))


main()
