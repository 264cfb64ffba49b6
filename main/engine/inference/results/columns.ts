import { CASE_KINDS, type CaseRow, type Passes } from '../../../../common/case.ts';
import { FEATURES } from '../../../../common/features.ts';
import type { CaseTuple } from './line.ts';

const ID = /^[0-9a-f]{16}$/;
const WHOLE = 8; // kind, given, proposed, x, y, width, height, area
const REAL = 5; // score, p(given), agreement, disagreement, displacement

/** Whether a case of this kind and these classes (indexes) passes. */
export type CaseTest = (kind: CaseRow['kind'], given: number, proposed: number) => boolean;

/** As they were written, without the digits that 32 bits make up. */
const thousandths = (value: number) => Math.round(value * 1000) / 1000;

/** Rows of cases in columns of typed arrays: some 135 bytes a case where objects take 300, and nothing to collect. */
export class CaseColumns {
  length = 0;
  /** number of the line each case came with */
  holder = new Int32Array(1024);
  private ids = new BigUint64Array(1024);
  private whole = new Int32Array(1024 * WHOLE);
  private real = new Float64Array(1024 * REAL);
  private features = new Float32Array(1024 * FEATURES.length);
  /** seeing, of; 0 of 0: not counted */
  private passes = new Uint16Array(1024 * 2);

  push(tuple: CaseTuple, holder: number, passes: Passes | null): void {
    if (this.length === this.ids.length) this.grow();
    const i = this.length++;
    const [id, kind, ...numbers] = tuple;
    this.holder[i] = holder;
    this.ids[i] = BigInt(`0x${id}`);
    this.whole[i * WHOLE] = CASE_KINDS.indexOf(kind);
    for (let n = 0; n < WHOLE - 1; n++) this.whole[i * WHOLE + 1 + n] = numbers[n];
    for (let n = 0; n < REAL; n++) this.real[i * REAL + n] = numbers[WHOLE - 1 + n];
    // Another version may know more of a case than fits here.
    const features = numbers.slice(WHOLE - 1 + REAL, WHOLE - 1 + REAL + FEATURES.length);
    this.features.set(features, i * FEATURES.length);
    if (passes) this.passes.set([passes.seeing, passes.of], i * 2);
  }

  /** Index of each of these cases; of one that was pushed again the latest. Ids that are not there are left out. */
  find(ids: readonly string[]): Map<string, number> {
    const found = new Map<string, number>();
    const pushed = this.ids.subarray(0, this.length);
    if (ids.length < 8) {
      for (const id of ids) {
        const at = ID.test(id) ? pushed.lastIndexOf(BigInt(`0x${id}`)) : -1;
        if (at >= 0) found.set(id, at);
      }
      return found;
    }
    const wanted = new Map(ids.filter((id) => ID.test(id)).map((id) => [BigInt(`0x${id}`), id]));
    pushed.forEach((value, at) => {
      const id = wanted.get(value);
      if (id !== undefined) found.set(id, at);
    });
    return found;
  }

  score(i: number): number {
    return this.real[i * REAL];
  }

  id(i: number): string {
    return this.ids[i].toString(16).padStart(16, '0');
  }

  meets(i: number, test: CaseTest): boolean {
    const at = i * WHOLE;
    return test(CASE_KINDS[this.whole[at]], this.whole[at + 1], this.whole[at + 2]);
  }

  row(i: number, sample: string, heldOut: boolean): CaseRow {
    const [kind, given, proposed, x, y, width, height, area] = this.whole.subarray(i * WHOLE, (i + 1) * WHOLE);
    const [score, pGiven, agreement, disagreement, displacement] = this.real.subarray(i * REAL, (i + 1) * REAL);
    const [seeing, of] = this.passes.subarray(i * 2, (i + 1) * 2);
    return {
      id: this.id(i),
      sample,
      kind: CASE_KINDS[kind],
      given,
      proposed,
      bbox: [x, y, width, height],
      area,
      score,
      pGiven,
      agreement,
      disagreement,
      displacement,
      passes: of ? { seeing, of } : null,
      features: Array.from(this.features.subarray(i * FEATURES.length, (i + 1) * FEATURES.length), thousandths),
      heldOut,
    };
  }

  private grow(): void {
    const size = this.ids.length * 2;
    const holder = new Int32Array(size);
    const ids = new BigUint64Array(size);
    const whole = new Int32Array(size * WHOLE);
    const real = new Float64Array(size * REAL);
    const features = new Float32Array(size * FEATURES.length);
    holder.set(this.holder);
    ids.set(this.ids);
    whole.set(this.whole);
    real.set(this.real);
    features.set(this.features);
    const passes = new Uint16Array(size * 2);
    passes.set(this.passes);
    Object.assign(this, { holder, ids, whole, real, features, passes });
  }
}
