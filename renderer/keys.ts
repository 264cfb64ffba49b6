/** Where a key works; also the headings of the overlay with all keys. */
export type Context = 'everywhere' | 'data' | 'models' | 'scan' | 'review' | 'audit' | 'pseudo' | 'insights' | 'export';

export interface Command {
  /** Any of these; `Mod` is Ctrl, or Cmd on a Mac. Letters are upper case, shifted ones `Shift+Z`, other characters as typed: `?`. */
  keys: readonly string[];
  label: string;
  /** fewer words, for the hints at the foot */
  hint?: string;
  when: Context;
  /** goes on while the key is held */
  repeat?: boolean;
}

/** Every key of the studio. A view says what its commands do with `onKeys`; labels and the overlay come from here. */
export const COMMANDS = {
  'go-data': { keys: ['1'], label: 'Data', when: 'everywhere' },
  'go-models': { keys: ['2'], label: 'Models', when: 'everywhere' },
  'go-scan': { keys: ['3'], label: 'Scan', when: 'everywhere' },
  'go-review': { keys: ['4'], label: 'Review', when: 'everywhere' },
  'go-pseudo': { keys: ['5'], label: 'Pseudo-labels', when: 'everywhere' },
  'go-insights': { keys: ['6'], label: 'Insights', when: 'everywhere' },
  'go-export': { keys: ['7'], label: 'Export', when: 'everywhere' },
  undo: { keys: ['Z', 'Mod+Z'], label: 'Undo', when: 'everywhere', repeat: true },
  redo: { keys: ['Shift+Z', 'Mod+Shift+Z', 'Mod+Y'], label: 'Redo', when: 'everywhere', repeat: true },
  keys: { keys: ['?'], label: 'All keys', when: 'everywhere' },
  messages: { keys: ['Shift+M'], label: 'Messages', when: 'everywhere' },
  'open-folder': { keys: ['O', 'Mod+O'], label: 'Open a folder', when: 'everywhere' },
  'open-demo': { keys: ['D'], label: 'Open the demo, at the start', when: 'everywhere' },

  'copy-findings': { keys: ['C'], label: 'Copy all findings', when: 'data' },
  'data-next': { keys: ['Enter'], label: 'Go to the next step', when: 'data' },

  'add-models': { keys: ['M'], label: 'Add models', when: 'models' },
  'remove-model': { keys: ['Delete'], label: 'Remove the member', when: 'models' },
  'next-member': { keys: ['J', 'ArrowDown'], label: 'Next member', when: 'models', repeat: true },
  'previous-member': { keys: ['H', 'ArrowUp'], label: 'Previous member', when: 'models', repeat: true },
  'show-other': { keys: ['V'], label: 'Trial or member', when: 'models' },
  try: { keys: ['T'], label: 'Try on this picture', hint: 'try', when: 'models' },
  'next-picture': { keys: ['N'], label: 'Try on the next picture', hint: 'next picture', when: 'models' },
  'random-picture': { keys: ['R'], label: 'Try on any picture', when: 'models' },
  'worst-picture': { keys: ['W'], label: 'Try on the worst case', when: 'models' },
  'review-picture': { keys: ['C'], label: 'Try on the picture in review', when: 'models' },
  'enlarge-map': { keys: ['Space'], label: 'Enlarge the merged map', when: 'models' },
  prove: { keys: ['P'], label: 'Prove the member', hint: 'prove it', when: 'models' },
  'use-best': { keys: ['U'], label: 'Use the best reading', when: 'models' },
  'save-ensemble': { keys: ['S', 'Mod+S'], label: 'Save as an ensemble file', when: 'models' },
  'load-ensemble': { keys: ['L'], label: 'Load an ensemble file', when: 'models' },
  'cancel-trial': { keys: ['Escape'], label: 'Stop trying', when: 'models' },

  'start-scan': { keys: ['S', 'Mod+Enter'], label: 'Scan', when: 'scan' },
  'cancel-scan': { keys: ['Escape'], label: 'Cancel the scan', when: 'scan' },

  accept: { keys: ['A'], label: 'Accept proposal', when: 'review' },
  keep: { keys: ['K'], label: 'Keep given', when: 'review' },
  ignore: { keys: ['I'], label: 'Ignore', when: 'review' },
  skip: { keys: ['S'], label: 'Skip', when: 'review' },
  'accept-picture': { keys: ['Shift+A'], label: 'Accept the whole picture', when: 'review' },
  'next-case': { keys: ['J', 'ArrowDown'], label: 'Next case', when: 'review', repeat: true },
  'previous-case': { keys: ['H', 'ArrowUp'], label: 'Previous case', when: 'review', repeat: true },
  'select-many': { keys: ['M'], label: 'Many at once', when: 'review' },
  stop: { keys: ['E'], label: 'When to stop', when: 'review' },
  bulks: { keys: ['Shift+E'], label: 'What was decided many at once', when: 'review' },
  order: { keys: ['L'], label: 'Learned order, or as scanned', when: 'review' },
  'list-weaker': { keys: ['Shift+L'], label: 'List the weaker cases', when: 'review' },
  'take-in': { keys: ['R'], label: 'Take in the new cases', when: 'review' },
  'hold-given': { keys: ['B'], label: 'Before: given label alone, while held', when: 'review' },
  'hold-proposed': { keys: ['N'], label: 'After: proposal alone, while held', when: 'review' },
  'hold-picture': { keys: ['Space'], label: 'Picture alone, while held', when: 'review' },
  arrangement: { keys: ['V'], label: 'Divided, side by side, one view', when: 'review' },
  fit: { keys: ['0'], label: 'Fit to the case', when: 'review' },
  'fit-picture': { keys: ['F'], label: 'Fit to the whole picture', when: 'review' },
  'actual-size': { keys: ['X'], label: 'One to one', when: 'review' },
  'zoom-in': { keys: ['+', '='], label: 'Zoom in', when: 'review', repeat: true },
  'zoom-out': { keys: ['-'], label: 'Zoom out', when: 'review', repeat: true },
  pan: {
    keys: ['ArrowLeft', 'ArrowRight', 'Shift+ArrowUp', 'Shift+ArrowDown', 'Shift+ArrowLeft', 'Shift+ArrowRight'],
    label: 'Move the picture',
    when: 'review',
    repeat: true,
  },
  'layer-picture': { keys: ['T'], label: 'Layer: picture', when: 'review' },
  'layer-given': { keys: ['G'], label: 'Layer: given', when: 'review' },
  'layer-proposed': { keys: ['P'], label: 'Layer: proposed', when: 'review' },
  'layer-difference': { keys: ['D'], label: 'Layer: difference', when: 'review' },
  'layer-confidence': { keys: ['C'], label: 'Layer: confidence', when: 'review' },
  'layer-disagreement': { keys: ['U'], label: 'Layer: disagreement', when: 'review' },
  'layer-pgiven': { keys: ['Q'], label: 'Layer: p(given)', when: 'review' },
  'opacity-down': { keys: ['['], label: 'Labels fainter', when: 'review', repeat: true },
  'opacity-up': { keys: [']'], label: 'Labels stronger', when: 'review', repeat: true },
  panels: { keys: ['\\'], label: 'Hide or show the panels', when: 'review' },
  search: { keys: ['/'], label: 'Search', when: 'review' },

  'audit-right': { keys: ['R'], label: 'Right', when: 'audit' },
  'audit-wrong': { keys: ['W'], label: 'Wrong', when: 'audit' },
  'audit-next': { keys: ['J', 'S', 'ArrowDown'], label: 'Next without a judgement', when: 'audit', repeat: true },
  'audit-previous': { keys: ['H', 'ArrowUp'], label: 'Previous', when: 'audit', repeat: true },
  'audit-correct': { keys: ['K'], label: 'Correct the wrong ones, or leave them', when: 'audit' },
  'audit-more': { keys: ['M'], label: 'Draw more', when: 'audit' },
  'roll-back': { keys: ['Delete', 'Backspace'], label: 'Roll all of it back', when: 'audit' },
  'leave-audit': { keys: ['Escape'], label: 'Leave the audit', when: 'audit' },

  'threshold-up': {
    keys: ['+', '='],
    label: 'Raise threshold, share or precision by 0.01',
    hint: 'raise',
    when: 'pseudo',
    repeat: true,
  },
  'threshold-down': { keys: ['-'], label: 'Lower it by 0.01', hint: 'lower', when: 'pseudo', repeat: true },
  'threshold-up-fine': { keys: [']'], label: 'Raise it by 0.001', when: 'pseudo', repeat: true },
  'threshold-down-fine': { keys: ['['], label: 'Lower it by 0.001', when: 'pseudo', repeat: true },
  'threshold-mode': { keys: ['V'], label: 'One threshold, by class, share, precision', hint: 'mode', when: 'pseudo' },
  'threshold-next-class': { keys: ['N'], label: 'Next class', hint: 'next class', when: 'pseudo', repeat: true },
  'threshold-previous-class': { keys: ['B'], label: 'Previous class', when: 'pseudo', repeat: true },
  'drop-class': { keys: ['X'], label: 'Keep nothing of the class, or some again', hint: 'drop class', when: 'pseudo' },
  'threshold-by-hand': { keys: ['E'], label: 'Go on by hand from a share or precision', when: 'pseudo' },
  'measure-precision': {
    keys: ['M'],
    label: 'Measure what precision a confidence promises',
    hint: 'measure',
    when: 'pseudo',
  },
  'accept-pseudo': { keys: ['Enter', 'A'], label: 'Accept the selected picture', hint: 'accept', when: 'pseudo' },
  'accept-all-pseudo': { keys: ['Shift+A'], label: 'Accept all pictures', when: 'pseudo' },
  'enlarge-pseudo': { keys: ['Space'], label: 'Enlarge the selected picture', hint: 'enlarge', when: 'pseudo' },

  measure: { keys: ['M', 'Mod+Enter'], label: 'Measure', when: 'insights' },
  'plant-errors': { keys: ['P'], label: 'Plant errors', when: 'insights' },
  'cancel-measuring': { keys: ['Escape'], label: 'Stop', when: 'insights' },
  'next-section': { keys: ['J'], label: 'Next section', hint: 'next', when: 'insights', repeat: true },
  'previous-section': { keys: ['H'], label: 'Previous section', hint: 'previous', when: 'insights', repeat: true },
  'review-cell': { keys: ['Enter'], label: 'Review what is confused so', hint: 'review', when: 'insights' },
  'shade-scale': { keys: ['L'], label: 'Logarithmic scale or not', when: 'insights' },
  'matrix-in': { keys: ['+', '='], label: 'Larger cells', when: 'insights', repeat: true },
  'matrix-out': { keys: ['-'], label: 'Smaller cells', when: 'insights', repeat: true },
  'matrix-fit': { keys: ['0'], label: 'The whole matrix', when: 'insights' },
  'sort-rows': { keys: ['R'], label: 'Order of the rows', when: 'insights' },
  'next-class': { keys: ['N'], label: 'Next class', when: 'insights', repeat: true },
  'previous-class': { keys: ['B'], label: 'Previous class', when: 'insights', repeat: true },
  'save-svg': { keys: ['S'], label: 'Save the plot as SVG', hint: 'SVG', when: 'insights' },
  'save-csv': { keys: ['C'], label: 'Save its figures as CSV', hint: 'CSV', when: 'insights' },

  'choose-target': { keys: ['F'], label: 'Choose the target folder', when: 'export' },
  'start-export': { keys: ['E', 'Mod+Enter'], label: 'Export', when: 'export' },
  'cancel-export': { keys: ['Escape'], label: 'Cancel the export', when: 'export' },
} as const satisfies Record<string, Command>;

export type CommandId = keyof typeof COMMANDS;
/** Returning false lets the key go on to whoever comes next. */
export type Handlers = Partial<Record<CommandId, (event: KeyboardEvent) => unknown>>;

const stack: Handlers[] = [];

/** From now on these keys do this; the newest handler of a key wins. Returns its undo, which suits `$effect` and `onMount`. */
export function onKeys(handlers: Handlers): () => void {
  if (stack.length === 0) window.addEventListener('keydown', dispatch);
  stack.push(handlers);
  return () => {
    const at = stack.indexOf(handlers);
    if (at >= 0) stack.splice(at, 1);
    if (stack.length === 0) window.removeEventListener('keydown', dispatch);
  };
}

function dispatch(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return;
  const key = keyName(event);
  if (key === null || isTaken(event, key)) return;
  for (let i = stack.length - 1; i >= 0; i--) {
    for (const [id, handler] of Object.entries(stack[i])) {
      const command: Command = COMMANDS[id as CommandId];
      if (!command.keys.includes(key) || (event.repeat && !command.repeat)) continue;
      if (handler(event) === false) continue;
      event.preventDefault();
      return;
    }
  }
}

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The name of a pressed key as in `Command.keys`; null for a modifier alone and for Alt, which belongs to the system. */
export function keyName({ key, code, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string | null {
  if (altKey || ['Control', 'Shift', 'Meta', 'Alt', 'AltGraph', 'Dead'].includes(key)) return null;
  const mod = ctrlKey || metaKey ? 'Mod+' : '';
  if (key === ' ') return `${mod}Space`;
  if (key.length > 1) return `${mod}${shiftKey ? 'Shift+' : ''}${key}`;
  const letter = /^[a-z]$/i.test(key) ? key : latinLetter(key, code);
  if (letter === null) return mod + key;
  return `${mod}${shiftKey ? 'Shift+' : ''}${letter.toUpperCase()}`;
}

/** Keyboards of other scripts: the letter that stands in the same place on a Latin one. */
function latinLetter(key: string, code: string): string | null {
  return /\p{L}/u.test(key) ? (/^Key([A-Z])$/.exec(code)?.[1] ?? null) : null;
}

/** True where the key means something to what has the focus: text fields, open dialogs, a button's Enter. */
function isTaken(event: KeyboardEvent, key: string): boolean {
  if (document.querySelector('dialog[open]')) return true;
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest('[contenteditable=""], [contenteditable="true"], textarea, select')) return true;
  const input = target.closest('input');
  if (input && !['range', 'checkbox', 'radio', 'button'].includes(input.type)) return !key.startsWith('Mod+Enter');
  if (input?.type === 'range' && /^(Arrow|Page|Home|End)/.test(key)) return true;
  return (
    (key === 'Enter' || key === 'Space') && target.closest('button, a[href], summary, input, [role=menuitem]') !== null
  );
}

/** For the arrow keys of a grid: true where they belong to a field, a menu, the picker, or to the system. */
export function isElsewhere({ target, ctrlKey, metaKey, altKey, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || ctrlKey || metaKey || altKey) return true;
  return target instanceof Element && target.closest('input, select, textarea, [role=menu]') !== null;
}

const SIGNS: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Delete: 'Del',
  Shift: '⇧',
  Mod: /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '') ? '⌘' : 'Ctrl',
};

/** A key as it is printed on keyboards, in its parts: `Mod+Shift+Z` → `Ctrl`, `Shift`, `Z`. */
export function keyCaps(key: string): string[] {
  if (key === '+') return ['+'];
  return key.split('+').map((part) => SIGNS[part] ?? part);
}
