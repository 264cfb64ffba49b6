import { resolve } from 'node:path';
import { fresh } from './fresh.mjs';
import { orFail, passing } from './passing.mjs';
import { inRoot, node24, standing } from './places.mjs';

// docs/screenshots at 1440×900; with a folder as argument also at 1024×700, into that folder.
await orFail(fresh);
const small = process.argv.slice(2).map((folder) => resolve(standing(), folder));
passing(node24(), [inRoot('tests', 'journey', 'screenshots.ts'), ...small]);
