import { expect, test } from 'vitest';
import { COMMANDS, keyCaps, keyName, type Command } from '../../renderer/keys.ts';

const PLAIN = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test.each([
  [{ key: 'z' }, 'Z'],
  [{ key: 'Z', shiftKey: true }, 'Shift+Z'],
  [{ key: 'z', ctrlKey: true }, 'Mod+Z'],
  [{ key: 'Z', metaKey: true, shiftKey: true }, 'Mod+Shift+Z'],
  [{ key: '?', shiftKey: true }, '?'],
  [{ key: '+', shiftKey: true }, '+'],
  [{ key: '1' }, '1'],
  [{ key: ' ' }, 'Space'],
  [{ key: 'Enter' }, 'Enter'],
  [{ key: 'ArrowDown', shiftKey: true }, 'Shift+ArrowDown'],
  // A Cyrillic keyboard: the letter that stands where A stands.
  [{ key: 'ф', code: 'KeyA' }, 'A'],
  [{ key: 'Shift', shiftKey: true }, null],
  [{ key: 'a', altKey: true }, null],
])('%j is %s', (pressed, name) => {
  expect(keyName({ ...PLAIN, ...pressed })).toBe(name);
});

test('every key that a command names can be pressed', () => {
  const spelled =
    /^(Mod\+)?(Shift\+)?([A-Z]|\d|[^\w\s]|Space|Enter|Escape|Tab|Home|End|Delete|Backspace|Page(Up|Down)|Arrow(Up|Down|Left|Right))$/;
  for (const command of Object.values<Command>(COMMANDS)) for (const key of command.keys) expect(key).toMatch(spelled);
});

test('no key does two things in the same place', () => {
  const commands = Object.values<Command>(COMMANDS);
  for (const when of new Set(commands.map((command) => command.when))) {
    const keys = commands.filter((command) => command.when === when).flatMap((command) => command.keys);
    expect(keys, when).toEqual([...new Set(keys)]);
  }
});

test('keys are printed as they stand on keyboards', () => {
  expect(keyCaps('Mod+Shift+Z')).toEqual(['Ctrl', '⇧', 'Z']);
  expect(keyCaps('ArrowUp')).toEqual(['↑']);
  expect(keyCaps('+')).toEqual(['+']);
});
