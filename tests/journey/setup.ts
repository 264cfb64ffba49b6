import { noWindow } from '../../scripts/electron.mjs';
import { built } from '../support/program.ts';

/** Every window below is served by the build of these sources. */
export default async function setup(): Promise<void> {
  await built();
  const reason = noWindow();
  if (reason !== null) console.log(`The journey in the desktop window is skipped, because ${reason}.`);
}
