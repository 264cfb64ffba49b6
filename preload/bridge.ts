import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron';
import type { StudioEvent } from '../common/api.ts';
import { CHANNELS, PAGE, type Bridge } from '../common/bridge.ts';

/** All the page gets of the desktop: these functions. */
const bridge = {
  assets: `${PAGE}assets`,
  call: (method, params) => ipcRenderer.invoke(CHANNELS.call, method, params),
  listen(listener) {
    const hear = (_event: IpcRendererEvent, event: StudioEvent) => listener(event);
    ipcRenderer.on(CHANNELS.event, hear);
    return () => void ipcRenderer.off(CHANNELS.event, hear);
  },
  // The engine lives in the window's own program: it is there as long as the window is.
  watchConnection(listener) {
    listener(true);
    return () => {};
  },
  pickFolder: (title) => ipcRenderer.invoke(CHANNELS.pickFolder, title),
  pickModels: () => ipcRenderer.invoke(CHANNELS.pickModels),
  pathOf: (file) => webUtils.getPathForFile(file),
  reveal: (path) => ipcRenderer.invoke(CHANNELS.reveal, path),
} satisfies Bridge;

contextBridge.exposeInMainWorld('winnow', bridge);
