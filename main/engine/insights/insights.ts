import type { Insights } from '../../../common/insights.ts';
import { InputError } from '../errors.ts';
import type { Count, Long } from '../long.ts';
import type { Workspace } from '../workspace.ts';

/** Given labels against proposals over all labelled pictures of the current scan. Throws InputError where there is none. */
export async function measureInsights({ results }: Workspace, _long: Long<Count>): Promise<Insights> {
  await results.follow();
  throw new InputError('Expected a scan that can be measured, found none.');
}
