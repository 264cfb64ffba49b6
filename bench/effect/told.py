"""What a network says on pictures, where their labels were right and where they were wrong.

usage: told.py TOOL DATASET NAMES TRUTH NETWORK WIDTH
TOOL, NETWORK, WIDTH: as train.py has them; DATASET: images/*.jpg, masks/*.png as given, classes.json; NAMES: file with one
picture's name a line, those it was trained on or others; TRUTH: folder of the true index masks
Prints shares of the pixels in percent: of the rightly labelled, predicted as labelled; of the wrongly labelled, predicted
as they were told, as is true, and as neither; the latter by true class too.
"""
import sys

TOOL, DATASET, NAMES, TRUTH, NETWORK, WIDTH = sys.argv[1:]

# The tool reads its arguments where it is loaded; its last line would train at once.
sys.argv = [TOOL, DATASET, ".", "fold0", "0"]
source = open(TOOL).read().rstrip()
assert source.endswith("\nmain()"), f"Expected {TOOL} to end in a call of main(), found: {source[-40:]!r}."
exec(compile(source[: -len("main()")], TOOL, "exec"))
import onnx.numpy_helper


def main():
    torch.set_num_threads(1)
    net = Net(float(WIDTH)).eval()
    weights = {i.name: torch.tensor(onnx.numpy_helper.to_array(i)) for i in onnx.load(NETWORK).graph.initializer}
    net.load_state_dict(weights, strict=False)
    right = np.zeros(2, np.int64)
    by_class = np.zeros((K, 3), np.int64)
    wrong = np.zeros(3, np.int64)
    for name in filter(None, open(NAMES).read().split("\n")):
        xs, ys = load([name])
        x = torch.tensor(((xs[0] / 255 - MEAN) / STD).transpose(2, 0, 1)[None], dtype=torch.float32)
        with torch.no_grad():
            said = net(x).argmax(1)[0].numpy()
        told, true = ys[0], np.array(Image.open(f"{TRUTH}/{name}.png"))
        known = (told < K) & (true < K)
        same, other = known & (told == true), known & (told != true)
        right += [same.sum(), (said == told)[same].sum()]
        wrong += [other.sum(), (said == told)[other].sum(), (said == true)[other].sum()]
        for n, where in enumerate([other, other & (said == told), other & (said == true)]):
            by_class[:, n] += np.bincount(true[where], minlength=K)
    share = lambda part, whole: round(100 * part / whole, 1)
    print("rightly labelled, as labelled", share(right[1], right[0]))
    print("wrongly labelled, as told", share(wrong[1], wrong[0]), "as is true", share(wrong[2], wrong[0]), end=" ")
    print("as neither", share(wrong[0] - wrong[1] - wrong[2], wrong[0]))
    for one, counts in zip(SPEC["classes"], by_class):
        if counts[0]:
            name = one if isinstance(one, str) else one["name"]
            print("  truly", name, "as told", share(counts[1], counts[0]), "as is true", share(counts[2], counts[0]))


main()
