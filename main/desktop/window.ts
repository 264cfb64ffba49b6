import { app, BrowserWindow, screen, session, type IpcMainInvokeEvent } from 'electron';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGE } from '../../common/bridge.ts';

interface Placement {
  x?: number;
  y?: number;
  width: number;
  height: number;
  maximized: boolean;
}

const FIRST: Placement = { width: 1440, height: 900, maximized: false };

/** Opens a window at the start page, or on `folder`; an empty one in front is used for it. */
export function openWindow(folder?: string): void {
  const address = folder === undefined ? PAGE : `${PAGE}?${new URLSearchParams({ folder }).toString()}`;
  const front = BrowserWindow.getFocusedWindow();
  if (folder !== undefined && front && !new URL(front.webContents.getURL()).searchParams.has('folder')) {
    void front.loadURL(address);
    return;
  }
  const { maximized, ...bounds } = remembered();
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 800,
    minHeight: 600,
    show: false,
    backgroundColor: '#0d0d0f',
    webPreferences: {
      preload: join(import.meta.dirname, '..', 'preload', 'bridge.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => remember(window));
  void window.loadURL(address);
}

/** Only the page itself may call: not a frame in it, not anything it could have been led to. */
export function fromOurPage({ senderFrame, sender }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOurs(senderFrame.url);
}

const isOurs = (url: string) => url.startsWith(PAGE);

/** No other page, no new window, no permission; writing to the clipboard, which the page offers, is let through. */
export function shutOutTheWorld(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => isOurs(event.url) || event.preventDefault());
    contents.on('will-redirect', (event) => isOurs(event.url) || event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  void app.whenReady().then(() => {
    const allowed = (permission: string, url: string) => permission === 'clipboard-sanitized-write' && isOurs(url);
    session.defaultSession.setPermissionRequestHandler((contents, permission, answer) =>
      answer(allowed(permission, contents.getURL())),
    );
    session.defaultSession.setPermissionCheckHandler((contents, permission) =>
      allowed(permission, contents?.getURL() ?? ''),
    );
  });
}

const stateFile = () => join(app.getPath('userData'), 'window.json');

/** Where the last window was; the first place where that is no longer on any screen. */
function remembered(): Placement {
  try {
    const { x, y, width, height, maximized } = JSON.parse(readFileSync(stateFile(), 'utf8')) as Required<Placement>;
    if (![x, y, width, height].every(Number.isFinite)) return FIRST;
    const { workArea } = screen.getDisplayMatching({ x, y, width, height });
    const visible = x < workArea.x + workArea.width && y < workArea.y + workArea.height && x + width > workArea.x;
    return visible && y >= workArea.y ? { x, y, width, height, maximized } : FIRST;
  } catch {
    return FIRST;
  }
}

function remember(window: BrowserWindow): void {
  try {
    writeFileSync(stateFile(), JSON.stringify({ ...window.getNormalBounds(), maximized: window.isMaximized() }));
  } catch {
    // The next window opens at its first place.
  }
}
