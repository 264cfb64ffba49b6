import { resolve } from 'node:path';
import { drawDemo } from './recipe.ts';

/** `node resources/demo/main.ts FOLDER`: draws the demo dataset there. */
const folder = process.argv[2];
if (!folder) {
  console.error('Expected a folder to draw the demo dataset in: main.ts FOLDER');
  process.exit(2);
}
const tick = ({ done, total }: { done: number; total: number }) =>
  process.stderr.write(`\r${done} of ${total} pictures${done === total ? '\n' : ''}`);
await drawDemo(resolve(folder), { onProgress: process.stderr.isTTY ? tick : undefined });
console.log(resolve(folder));
