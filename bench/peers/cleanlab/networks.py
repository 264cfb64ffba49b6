"""p̄ of every class as the networks give it, not rounded to bytes: what a person would hand to cleanlab without Winnow.
Needs onnxruntime and pillow."""

import numpy as np
import onnxruntime
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


class Networks:
    """Of each fold the network that was not trained on it, upright and flipped; logits out, RGB in."""

    def __init__(self, files):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.sessions = [
            onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"]) for file in files
        ]

    def run(self, image, fold):
        """p̄ (classes, height, width) in float32."""
        rgb = np.asarray(Image.open(image).convert("RGB"), np.float32) / 255
        x = np.ascontiguousarray(((rgb - MEAN) / STD).transpose(2, 0, 1)[None])
        upright, flipped = (self.softmax(fold, one) for one in (x, np.ascontiguousarray(x[..., ::-1])))
        return (upright + flipped[..., ::-1])[0] / 2

    def softmax(self, fold, x):
        session = self.sessions[fold]
        logits = session.run(None, {session.get_inputs()[0].name: x})[0]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
