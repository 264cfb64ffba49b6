import {
  app,
  Menu,
  shell,
  type BaseWindow,
  BrowserWindow,
  type KeyboardEvent,
  type MenuItem,
  type MenuItemConstructorOptions as Item,
} from 'electron';
import { home } from '../program.ts';

interface Commands {
  openFolder: () => Promise<void>;
  openDemo: () => Promise<void>;
  openWindow: () => void;
}

export function buildMenu({ openFolder, openDemo, openWindow }: Commands): void {
  const mac = process.platform === 'darwin';
  const file: Item[] = [
    { label: 'New Window', accelerator: 'CmdOrCtrl+N', click: openWindow },
    { type: 'separator' },
    { label: 'Open Dataset…', accelerator: 'CmdOrCtrl+O', click: () => void openFolder() },
    { label: 'Open the Demo', click: () => void openDemo() },
    { type: 'separator' },
    { role: mac ? 'close' : 'quit' },
  ];
  const edit: Item[] = [
    { label: 'Undo', accelerator: 'CmdOrCtrl+Z', click: pressed('Z', ['control'], (w) => w.webContents.undo()) },
    {
      label: 'Redo',
      accelerator: 'Shift+CmdOrCtrl+Z',
      click: pressed('Z', ['control', 'shift'], (w) => w.webContents.redo()),
    },
    { type: 'separator' },
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
  ];
  const view: Item[] = [
    { role: 'reload' },
    { role: 'togglefullscreen' },
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } satisfies Item]),
  ];
  const help: Item[] = [
    { label: 'All Keys', click: pressed('?', ['shift']) },
    { label: "Show Winnow's Own Folder", click: () => void shell.openPath(home()) },
    ...(mac ? [] : [{ role: 'about' } satisfies Item]),
  ];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(mac ? [{ role: 'appMenu' } satisfies Item] : []),
      { label: 'File', submenu: file },
      { label: 'Edit', submenu: edit },
      { label: 'View', submenu: view },
      { role: 'windowMenu' },
      { role: 'help', submenu: help },
    ]),
  );
}

/**
 * An entry chosen with the mouse presses the page's own key. Pressed on the keyboard, the key was the page's first, and
 * comes here only where the page had no use for it: then it means the text being written.
 */
function pressed(keyCode: string, modifiers: ('control' | 'shift')[], otherwise?: (window: BrowserWindow) => void) {
  return (_item: MenuItem, window: BaseWindow | undefined, event: KeyboardEvent): void => {
    if (!(window instanceof BrowserWindow)) return;
    if (event.triggeredByAccelerator) otherwise?.(window);
    else
      for (const type of ['keyDown', 'char', 'keyUp'] as const)
        window.webContents.sendInputEvent({ type, keyCode, modifiers });
  };
}
