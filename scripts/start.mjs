import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { electronBinary, hasDisplay, noWindow } from './electron.mjs';
import { fresh } from './fresh.mjs';
import { orFail, passing } from './passing.mjs';
import { inRoot, node24, root, standing } from './places.mjs';

const folders = process.argv.slice(2).map((folder) => resolve(standing(), folder));

await orFail(fresh);
const reason = noWindow();
if (reason) serve(reason);
else passing(electronBinary(), [root, ...folders]);

function serve(reason) {
  const server = passing(node24(), [inRoot('out', 'main', 'cli.js'), 'serve', ...folders], {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  createInterface(server.stdout).once('line', (address) => {
    console.log(`Winnow runs in the browser, because ${reason}: ${address}`);
    if (hasDisplay()) openBrowser(address);
  });
}

function openBrowser(address) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  const browser = spawn(command, args, { stdio: 'ignore', detached: true });
  browser.on('error', () => console.log('No browser could be opened; open the address yourself.'));
  browser.unref();
}
