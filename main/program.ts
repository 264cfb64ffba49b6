import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import about from '../package.json' with { type: 'json' };

/** Where the running program finds its own files, built (out/main) or straight from its sources. */
const here = import.meta.dirname;
const built = existsSync(join(here, 'worker.js'));

export const version = about.version;

/** What an inference process is started with. */
export const workerFile = built ? join(here, 'worker.js') : join(here, 'engine', 'inference', 'worker.ts');

/** The built page. */
export const rendererFolder = built ? join(here, '..', 'renderer') : join(here, '..', 'out', 'renderer');

/** While the page is being developed: where it is served from, on this machine only. */
export const devServer = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\]):\d+$/.exec(
  process.env.ELECTRON_RENDERER_URL ?? '',
)?.[0];

/** Winnow's own folder, for what belongs to no dataset; `WINNOW_HOME` puts it elsewhere. */
export function home(): string {
  const { WINNOW_HOME, LOCALAPPDATA, XDG_DATA_HOME } = process.env;
  if (WINNOW_HOME) return WINNOW_HOME;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Winnow');
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Winnow');
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'winnow');
}
