import { app, BrowserWindow, dialog, ipcMain, protocol, shell, type IpcMainInvokeEvent } from 'electron';
import { resolve } from 'node:path';
import { CHANNELS, SCHEME, type Answer } from '../common/bridge.ts';
import { createAttendance } from './attendance.ts';
import { buildMenu } from './desktop/menu.ts';
import { fromOurPage, openWindow, shutOutTheWorld } from './desktop/window.ts';
import { messageOf, toApiError } from './engine/errors.ts';
import { createStudio } from './engine/studio.ts';
import { home, version, workerFile } from './program.ts';
import { createSite } from './site.ts';

/** The desktop host: one engine, any number of windows on it, no server and no network. */
app.enableSandbox();
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
]);
shutOutTheWorld();

const studio = createStudio({
  version,
  workerFile,
  home: home(),
  emit: (event) => BrowserWindow.getAllWindows().forEach(({ webContents }) => webContents.send(CHANNELS.event, event)),
});

if (app.requestSingleInstanceLock()) void start().catch(fail);
else app.quit();

async function start(): Promise<void> {
  await app.whenReady();
  protocol.handle(SCHEME, createSite(studio));
  answerWindows();
  buildMenu({ openFolder, openDemo, openWindow: () => openWindow() });

  app.on('second-instance', (_event, argv, cwd) => openWindow(folderIn(argv, cwd)));
  app.on('activate', () => BrowserWindow.getAllWindows().length || openWindow());
  app.on('window-all-closed', () => process.platform === 'darwin' || app.quit());
  closeBeforeQuitting();
  openWindow(folderIn(process.argv, process.cwd()));
}

function answerWindows(): void {
  const windows = new Map<number, ReturnType<typeof createAttendance>>();
  const attendance = ({ sender }: IpcMainInvokeEvent) => {
    const known = windows.get(sender.id) ?? createAttendance(studio);
    if (!windows.has(sender.id)) {
      sender.once('destroyed', () => (known.leave(), windows.delete(sender.id)));
      windows.set(sender.id, known);
    }
    return known;
  };

  handle(CHANNELS.call, async (event, method, params): Promise<Answer> => {
    attendance(event).hear(params);
    return studio.handle(String(method), params).then(
      (result) => ({ result: result ?? null }),
      (error: unknown) => ({ error: toApiError(error) }),
    );
  });
  handle(CHANNELS.pickFolder, async (_event, title) => {
    const { filePaths } = await dialog.showOpenDialog({
      title: String(title),
      properties: ['openDirectory', 'createDirectory'],
    });
    return filePaths.at(0) ?? null;
  });
  handle(CHANNELS.pickModels, async () => {
    const { filePaths } = await dialog.showOpenDialog({
      title: 'Add models',
      filters: [{ name: 'ONNX models', extensions: ['onnx'] }],
      properties: ['openFile', 'multiSelections'],
    });
    return filePaths;
  });
  handle(CHANNELS.reveal, async (_event, path) => shell.showItemInFolder(resolve(String(path))));
}

/** Answers a channel, but only to the main frame of Winnow's own page. */
function handle(channel: string, answer: (event: IpcMainInvokeEvent, ...args: unknown[]) => Promise<unknown>): void {
  ipcMain.handle(channel, (event, ...args: unknown[]) => {
    if (!fromOurPage(event)) throw new Error('Expected a call from the page itself.');
    return answer(event, ...args);
  });
}

async function openFolder(): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog({ title: 'Open a dataset folder', properties: ['openDirectory'] });
  if (filePaths.length) openWindow(filePaths[0]);
}

async function openDemo(): Promise<void> {
  try {
    openWindow((await studio.openDemo({})).folder);
  } catch (error) {
    dialog.showErrorBox('The demo could not be opened', messageOf(error));
  }
}

/** The last argument that is neither a switch nor the program itself. */
function folderIn(argv: string[], cwd: string): string | undefined {
  const given = argv.filter((arg) => !arg.startsWith('-')).slice(app.isPackaged ? 1 : 2);
  return given.length ? resolve(cwd, given[given.length - 1]) : undefined;
}

/** Running scans and exports are stopped cleanly first. */
function closeBeforeQuitting(): void {
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    closed = true;
    void studio.close().finally(() => app.quit());
  });
}

function fail(error: unknown): void {
  dialog.showErrorBox('Winnow could not start', messageOf(error));
  app.exit(1);
}
