import { CASE_KINDS, type CaseRow } from '../../../common/case.ts';
import type { CaseTuple } from './line.ts';

const WHOLE = 8; // kind, given, proposed, x, y, width, height, area
const REAL = 4; // score, p(given), agreement, disagreement

/** Rows of cases in columns of typed arrays: some 70 bytes a case where objects take 300, and nothing to collect. */
export class CaseColumns {
  length = 0;
  private ids = new BigUint64Array(1024);
  private whole = new Int32Array(1024 * WHOLE);
  private real = new Float64Array(1024 * REAL);

  push(tuple: CaseTuple): void {
    if (this.length === this.ids.length) this.grow();
    const i = this.length++;
    const [id, kind, ...numbers] = tuple;
    this.ids[i] = BigInt(`0x${id}`);
    this.whole[i * WHOLE] = CASE_KINDS.indexOf(kind);
    for (let n = 0; n < WHOLE - 1; n++) this.whole[i * WHOLE + 1 + n] = numbers[n];
    for (let n = 0; n < REAL; n++) this.real[i * REAL + n] = numbers[WHOLE - 1 + n];
  }

  row(i: number, sample: string, heldOut: boolean): CaseRow {
    const [kind, given, proposed, x, y, width, height, area] = this.whole.subarray(i * WHOLE, (i + 1) * WHOLE);
    const [score, pGiven, agreement, disagreement] = this.real.subarray(i * REAL, (i + 1) * REAL);
    return {
      id: this.ids[i].toString(16).padStart(16, '0'),
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
      heldOut,
    };
  }

  private grow(): void {
    const size = this.ids.length * 2;
    const ids = new BigUint64Array(size);
    const whole = new Int32Array(size * WHOLE);
    const real = new Float64Array(size * REAL);
    ids.set(this.ids);
    whole.set(this.whole);
    real.set(this.real);
    Object.assign(this, { ids, whole, real });
  }
}
