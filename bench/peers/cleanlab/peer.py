"""cleanlab's two calls for segmentation on the probabilities a scan has stored, as bench/peers/cleanlab.ts lays them out
in FOLDER. Prints what they find, take and hold as JSON. Needs cleanlab and numpy.

    python bench/peers/cleanlab/peer.py FOLDER [--limit N] [--jobs N] [--check] [--networks FOLD0.onnx FOLD1.onnx …]

With --networks the probabilities are those of the networks themselves, one of each fold, and not rounded to bytes.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np
from cleanlab.segmentation import filter as issues
from cleanlab.segmentation.filter import LabelInspector, find_label_issues
from cleanlab.segmentation.rank import get_label_quality_scores

IGNORE = 255


class Kept(LabelInspector):
    """find_label_issues keeps its thresholds to itself: they are read off the inspector it makes."""

    last = None

    def __init__(self, **settings):
        super().__init__(**settings)
        Kept.last = self


issues.LabelInspector = Kept


def expand(planes, classes):
    """Of one picture: labels (height, width) and p̄ (classes, height, width) in float32.

    p̄ of the given and of the proposed class are the stored bytes; the other classes, which neither call tells apart,
    share what is left. cleanlab knows no ignore label: such pixels become certain ones of the class proposed there.
    """
    label, confidence, p_given, given = planes
    ignored = given == IGNORE
    given = np.where(ignored, label, given)
    confidence = np.where(ignored, 255, confidence).astype(np.float32) / np.float32(255)
    p_given = np.where(given == label, confidence, p_given / np.float32(255)).astype(np.float32)
    named = confidence + np.where(given == label, np.float32(0), p_given)
    others = classes - 1 - (given != label)
    rest = np.minimum(np.maximum(1 - named, 0) / np.maximum(others, 1), np.float32(0.999) * confidence)
    p = np.broadcast_to(rest.astype(np.float32), (classes, *label.shape)).copy()
    # Where both have the same byte, the proposed one is the larger one by the smallest step there is.
    proposed = np.where(given == label, confidence, np.nextafter(confidence, np.float32(2)))
    np.put_along_axis(p, label[None].astype(np.int64), proposed[None], axis=0)
    np.put_along_axis(p, given[None].astype(np.int64), p_given[None], axis=0)
    return given.astype(np.uint8), p


def load(folder, limit, networks):
    """Labels N × H × W and probabilities N × K × H × W, as cleanlab wants them, and the given labels with IGNORE."""
    meta = json.loads((folder / "meta.json").read_text())
    n, classes, size = meta["pictures"], meta["classes"], (meta["height"], meta["width"])
    stored = np.memmap(folder / "planes.u8", np.uint8, "r", shape=(n, 4, *size))[:limit]
    labels = np.empty((len(stored), *size), np.uint8)
    probabilities = np.empty((len(stored), classes, *size), np.float32)
    for i, planes in enumerate(stored):
        labels[i], probabilities[i] = expand(np.asarray(planes), classes)
        if networks:
            probabilities[i] = networks.run(meta["images"][i], meta["folds"][i])
    return labels, probabilities, stored[:, 3]


def labelled_only(labels, probabilities, given):
    """The same calls on labelled pixels alone: neither looks at neighbours, so a picture may be a list of pixels."""
    classes = probabilities.shape[1]
    inspector = LabelInspector(num_class=classes, verbose=False, n_jobs=1)
    kept = [np.flatnonzero(np.asarray(one) != IGNORE) for one in given]
    pixels = [(y.ravel()[k], p.reshape(classes, -1)[:, k]) for y, p, k in zip(labels, probabilities, kept)]
    softmin = [get_label_quality_scores(y[None, None], p[None, :, None], verbose=False)[0][0] for y, p in pixels]
    for y, p in pixels:
        inspector.update_confident_thresholds(y.astype(int), p.T)
    for y, p in pixels:
        inspector.score_label_quality(y.astype(int), p.T)
    return report(softmin, inspector)


def report(softmin, inspector):
    return {
        "softmin": [float(one) for one in softmin],
        "thresholds": [
            float(t) if n else None for t, n in zip(inspector.confident_thresholds, inspector.examples_per_class)
        ],
        "suspects": int(inspector.get_num_issues()),
    }


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--networks", nargs="+")
    args = parser.parse_args()

    networks = None
    if args.networks:
        from networks import Networks

        networks = Networks(args.networks)
    labels, probabilities, given = load(args.folder, args.limit, networks)
    wall, cpu = [time.perf_counter()], [time.process_time()]
    softmin, _ = get_label_quality_scores(labels, probabilities, method="softmin", verbose=False)
    wall.append(time.perf_counter())
    cpu.append(time.process_time())
    mask = find_label_issues(labels, probabilities, n_jobs=args.jobs, verbose=False)
    wall.append(time.perf_counter())
    cpu.append(time.process_time())
    result = {
        "pictures": len(labels),
        "seconds": wall[-1] - wall[0],
        "cpu": cpu[-1] - cpu[0],
        "calls": {"get_label_quality_scores": wall[1] - wall[0], "find_label_issues": wall[2] - wall[1]},
        "peak": peak_bytes(),
        "marked": int(mask.sum()),
        "whole": report(softmin, Kept.last),
    }
    if args.check:
        del mask
        result["labelled"] = labelled_only(labels, probabilities, given)
    print(json.dumps(result))


main()
