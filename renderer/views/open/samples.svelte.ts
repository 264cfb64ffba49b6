import type { SampleRow } from '../../../common/dataset.ts';
import { studio } from '../../studio.svelte.ts';

const PAGE = 200;

/** The samples of a dataset in its own order, fetched a page at a time where they are looked at. */
export class Samples {
  private pages = $state.raw(new Map<number, SampleRow[]>());
  private readonly asked = new Set<number>();
  private readonly dataset: string;

  constructor(dataset: string) {
    this.dataset = dataset;
  }

  /** Undefined until its page has come. */
  at(index: number): SampleRow | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Fetches what is missing of these. */
  want(first: number, end: number) {
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page++)
      if (!this.asked.has(page)) void this.fetch(page);
  }

  private async fetch(page: number) {
    this.asked.add(page);
    const reply = await studio.attempt(() =>
      studio.call('samples', { dataset: this.dataset, after: page * PAGE, limit: PAGE }),
    );
    if (reply) this.pages = new Map(this.pages).set(page, reply.rows);
    else this.asked.delete(page);
  }
}
