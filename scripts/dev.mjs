import { electronBinary, hasDisplay } from './electron.mjs';
import { fresh } from './fresh.mjs';
import { orFail, passing } from './passing.mjs';
import { inRoot, node24, root } from './places.mjs';

// The renderer reloads as it is edited. Where Electron cannot run, the browser host takes its place.
await orFail(() => fresh({ build: false }));
const window = electronBinary() && hasDisplay();
const args = window ? process.argv.slice(2) : ['serve', ...process.argv.slice(2)];
const env = window
  ? process.env
  : { ...process.env, ELECTRON_EXEC_PATH: node24(), ELECTRON_ENTRY: inRoot('out', 'main', 'cli.js') };
passing(node24(), [inRoot('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'dev', '--', ...args], {
  cwd: root,
  env,
});
