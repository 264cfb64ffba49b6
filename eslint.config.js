import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** What a room may not see. `files` may import neither the packages nor the folders named (globs, or a regex from ^). */
const wall = (files, { packages = {}, folders = {}, ignores = [] }) => ({
  files,
  ignores,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: Object.entries(packages).map(([name, message]) => ({ name, message })),
        patterns: Object.entries(folders).map(([what, message]) =>
          what.startsWith('^') ? { regex: what, message } : { group: [what], message },
        ),
      },
    ],
  },
});

const electron = { electron: 'electron lives in main/desktop.ts, main/desktop/ and preload/ only' };
const ort = { 'onnxruntime-node': 'onnxruntime-node lives in main/engine/inference/worker.ts only' };
const reference = { 'fast-png': 'fast-png is what tests compare with' };
const pixels = { sharp: 'sharp lives in main/engine/images.ts only', ...reference };
const protobuf = { '@bufbuild/protobuf': 'protobuf lives in main/engine/onnx/proto.ts only' };
const dexie = { dexie: 'dexie lives in renderer/db.ts only' };
const sockets = { ws: 'ws lives in main/serve/ only' };
const noHosts = {
  '**/desktop.ts': 'the engine knows no host',
  '**/serve.ts': 'the engine knows no host',
  '**/cli.ts': 'the engine knows no host',
};
const noEngine = { '**/main/**': 'the renderer sees only common/' };
const noRenderer = { '**/renderer/**': 'the engine does not see the renderer' };

export default ts.config(
  { ignores: ['out/', 'node_modules/', 'test-results/', 'playwright-report/'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs['flat/recommended'],
  {
    languageOptions: {
      globals: { ...globals.node },
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  {
    files: ['renderer/**'],
    languageOptions: { globals: { ...globals.browser } },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    // State here is $state.raw and replaced as a whole, so plain Maps and Sets are what is meant.
    rules: { 'svelte/no-navigation-without-resolve': 'off', 'svelte/prefer-svelte-reactivity': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...ts.configs.disableTypeChecked },
  { files: ['scripts/**', 'bench/**', 'tests/**', 'resources/**'], rules: { 'no-console': 'off' } },

  // The dependency rule: renderer -> common <- main/engine <- main hosts; preload -> common. One vendor, one file.
  wall(['common/**'], { folders: { '^(?!\\./)': 'common/ imports nothing from outside' } }),
  wall(['renderer/**'], {
    packages: { ...electron, ...ort, ...pixels, ...protobuf, ...sockets, ...dexie },
    folders: { ...noEngine, 'node:*': 'the renderer has no Node' },
    ignores: ['renderer/db.ts'],
  }),
  wall(['renderer/db.ts'], { packages: electron, folders: { ...noEngine, 'node:*': 'the renderer has no Node' } }),
  wall(['main/engine/**'], {
    packages: { ...electron, ...ort, ...pixels, ...protobuf, ...sockets, ...dexie },
    folders: { ...noHosts, ...noRenderer },
    ignores: ['main/engine/inference/worker.ts', 'main/engine/images.ts', 'main/engine/onnx/proto.ts'],
  }),
  wall(['main/engine/inference/worker.ts'], { packages: { ...electron, ...pixels, ...protobuf, ...sockets } }),
  wall(['main/engine/images.ts'], { packages: { ...reference, ...electron, ...ort, ...protobuf, ...sockets } }),
  wall(['main/engine/onnx/proto.ts'], { packages: { ...electron, ...ort, ...pixels, ...sockets } }),
  wall(['main/*.ts', 'main/{cli,serve,site}/**'], {
    packages: { ...electron, ...ort, ...pixels },
    folders: noRenderer,
    ignores: ['main/desktop.ts'],
  }),
  wall(['main/desktop.ts', 'main/desktop/**'], { packages: { ...ort, ...pixels, ...sockets }, folders: noRenderer }),
  wall(['preload/**'], {
    folders: { '**/main/**': 'the bridge sees only common/', '**/renderer/**': 'the bridge sees only common/' },
  }),
);
