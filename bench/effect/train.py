"""Train one network of one arm with the definitions of a training tool, and measure or keep it.

usage: train.py TOOL DATASET NAMES SEED EPOCHS WIDTH STEPS START MEASURED TRUTH RESULT
TOOL: a Python file that defines Net, batch, load and export for a dataset folder and ends in a call of main()
DATASET: images/*.jpg, masks/*.png (index masks), classes.json; NAMES: file with one picture's name a line, to train on
STEPS: batches of an epoch, the same for every arm, however many pictures it has
START: a checkpoint to go on from, an ONNX file that holds the network's weights by their names (BatchNorm kept), or - to
begin anew; going on, BatchNorm stays as it is in the checkpoint and the rate is lower
MEASURED: folder of pictures; TRUTH: folder of their index masks; RESULT: file to write,
{"pictures": {name: K × K counts, truth by row, prediction by column}, "loss": by epoch, "seconds"};
where it is named .onnx, the network itself, BatchNorm kept, and nothing is measured
Seeds start network and batches: arms with the same pictures see the same crops in the same order.
"""
import json, os, sys, time

TOOL, DATASET, NAMES, SEED, EPOCHS, WIDTH, STEPS, START, MEASURED, TRUTH, RESULT = sys.argv[1:]
SEED, EPOCHS, STEPS, WIDTH = int(SEED), int(EPOCHS), int(STEPS), float(WIDTH)

# The tool reads its arguments where it is loaded; its last line would train at once.
sys.argv = [TOOL, DATASET, os.path.dirname(RESULT), "fold0", str(EPOCHS)]
source = open(TOOL).read().rstrip()
assert source.endswith("\nmain()"), f"Expected {TOOL} to end in a call of main(), found: {source[-40:]!r}."
exec(compile(source[: -len("main()")], TOOL, "exec"))

B = 8
# A third faster on a CPU than channels first.
LAYOUT = torch.channels_last
RATE = 4e-3 if START == "-" else 1e-3


def begin():
    net = Net(WIDTH)
    if START != "-":
        import onnx.numpy_helper

        weights = {i.name: torch.tensor(onnx.numpy_helper.to_array(i)) for i in onnx.load(START).graph.initializer}
        missing = net.load_state_dict(weights, strict=False).missing_keys
        lost = [name for name in missing if not name.endswith("num_batches_tracked")]
        assert not lost, f"Expected all weights of the network in {START}, found none for {lost[:3]}."
    return net


def whole(pictures):
    """Whole pictures as the network takes them."""
    x = (pictures.astype(np.float32) / 255 - np.float32(MEAN)) / np.float32(STD)
    return torch.from_numpy(x.transpose(0, 3, 1, 2).copy())


def batches_of(count, rng):
    """Endless batches of indexes below count: each is drawn once before any is drawn again."""
    pool = []
    while True:
        while len(pool) < B:
            pool += rng.permutation(count).tolist()
        yield pool[:B]
        pool = pool[B:]


def train(xs, ys):
    """The tool's own recipe (weights, optimizer, schedule), with SEED, WIDTH and STEPS."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    net = begin().to(memory_format=LAYOUT)
    freq = np.bincount(ys[ys < K].ravel(), minlength=K) / ys.size
    weight = torch.tensor(1 / np.log(1.1 + freq), dtype=torch.float32)
    weight = weight / weight.mean()
    opt = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-4)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, RATE, total_steps=EPOCHS * STEPS, pct_start=0.15)
    losses, batches, t0 = [], batches_of(len(xs), rng), time.time()
    net.train(START == "-")
    for e in range(EPOCHS):
        total = 0.0
        for _ in range(STEPS):
            x, y = batch(xs, ys, next(batches), rng)
            loss = F.cross_entropy(net(x.to(memory_format=LAYOUT)), y, weight=weight, ignore_index=VOID)
            opt.zero_grad()
            loss.backward()
            opt.step()
            sched.step()
            total += loss.item()
        losses.append(round(total / STEPS, 4))
        print("epoch", e + 1, "loss", losses[-1], "sec", int(time.time() - t0), flush=True)
    if START == "-":
        re_estimate(net, xs)
    return net, losses


def re_estimate(net, xs):
    """BatchNorm statistics of whole pictures: training saw crops, scaled and recoloured."""
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    for m in norms:
        m.reset_running_stats()
        m.momentum = None
    net.train()
    with torch.no_grad():
        for i in range(0, len(xs) - B + 1, B):
            net(whole(xs[i : i + B]))


def measure(net):
    """{name: K × K counts} over the measured pictures, pixels without truth left out."""
    net.eval()
    counts = {}
    with torch.no_grad():
        for file in sorted(os.listdir(MEASURED)):
            name = os.path.splitext(file)[0]
            p = net(whole(np.array(Image.open(f"{MEASURED}/{file}").convert("RGB"))[None])).argmax(1)[0].numpy()
            g = np.array(Image.open(f"{TRUTH}/{name}.png")).astype(np.int64)
            ok = g < K
            counts[name] = np.bincount(g[ok] * K + p[ok], minlength=K * K).reshape(K, K).tolist()
    return counts


def keep(net):
    export(net, RESULT + ".part", keep_bn=True)
    os.replace(RESULT + ".part", RESULT)


def main():
    torch.set_num_threads(int(os.environ.get("THREADS", "1")))
    t0 = time.time()
    xs, ys = load([line for line in open(NAMES).read().split("\n") if line])
    net, losses = train(xs, ys)
    if RESULT.endswith(".onnx"):
        return keep(net)
    result = {"pictures": measure(net), "loss": losses, "seconds": round(time.time() - t0)}
    with open(RESULT + ".part", "w") as file:
        json.dump(result, file, separators=(",", ":"))
    os.replace(RESULT + ".part", RESULT)


main()
