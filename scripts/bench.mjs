#!/usr/bin/env node
// Measures what a scan costs beside the bare runs of its models: npm run bench -- [--data DIR --models DIR|FILE…]
import { passing } from './passing.mjs';
import { inRoot, node24, standing } from './places.mjs';

passing(node24(), [inRoot('bench', 'scan.ts'), ...process.argv.slice(2)], { cwd: standing() });
