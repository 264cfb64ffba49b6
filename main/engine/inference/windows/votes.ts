import type { Vote } from '../../noise/votes.ts';
import type { WindowAxis } from './windows.ts';

/** Places along a side of a picture at most, so that votes stay small beside the picture. */
const SIDE = 1024;

/**
 * What each pass says of a picture that runs in windows: at every place what it says in the window that counts most there.
 * Windows are not blended, as a class index cannot be.
 */
export class WindowVotes {
  private readonly across: WindowAxis;
  private readonly down: WindowAxis;
  private readonly votes: Vote[] = [];
  private readonly places = new Map<string, Place[][]>();

  constructor(across: WindowAxis, down: WindowAxis) {
    this.across = across;
    this.down = down;
  }

  /** Of all passes, once all windows have been put. */
  get all(): readonly Vote[] {
    return this.votes;
  }

  /** `vote`: of pass number `pass`, on a grid laid over the window. */
  put(column: number, row: number, pass: number, vote: Vote): void {
    const whole = (this.votes[pass] ??= this.begin(vote));
    const columns = this.placesOf(this.across, whole.width)[column];
    for (const { place: y, inside: down } of this.placesOf(this.down, whole.height)[row]) {
      const line = Math.floor(down * vote.height) * vote.width;
      for (const { place: x, inside } of columns)
        whole.classes[y * whole.width + x] = vote.classes[line + Math.floor(inside * vote.width)];
    }
  }

  private begin(vote: Vote): Vote {
    const along = ({ length, size }: WindowAxis, places: number) => Math.min(SIDE, Math.ceil((length * places) / size));
    const [width, height] = [along(this.across, vote.width), along(this.down, vote.height)];
    return { width, height, classes: new Uint8Array(width * height) };
  }

  private placesOf(axis: WindowAxis, count: number): Place[][] {
    const key = `${axis === this.across ? 'across' : 'down'} ${count}`;
    const known = this.places.get(key) ?? sharedOut(axis, count);
    this.places.set(key, known);
    return known;
  }
}

/** One of the places along an axis of a picture, and where in a window its middle lies: 0..1. */
interface Place {
  place: number;
  inside: number;
}

/** Of `count` places along an axis those of each window. */
function sharedOut({ length, size, starts, shares }: WindowAxis, count: number): Place[][] {
  const all: Place[][] = starts.map(() => []);
  for (let place = 0; place < count; place++) {
    const middle = ((place + 0.5) * length) / count;
    const share = (window: number) => shares[window][Math.floor(middle) - starts[window]] ?? 0;
    let most = 0;
    for (let window = 1; window < starts.length; window++) if (share(window) > share(most)) most = window;
    all[most].push({ place, inside: (middle - starts[most]) / size });
  }
  return all;
}
