import type { Bridge } from '../common/bridge.ts';
import type { Method, Params, Reply } from '../common/api.ts';
import type { Host } from '../common/host.ts';
import { CallError, connect } from './socket.ts';

declare global {
  interface Window {
    /** The bridge of the desktop window; absent in a browser. */
    winnow?: Bridge;
  }
}

/** The host this page runs in: the desktop bridge where there is one, else the server the page came from. */
export function chooseHost(): Host {
  return window.winnow ? desktopHost(window.winnow) : browserHost(window.location);
}

function desktopHost(bridge: Bridge): Host {
  return {
    ...bridge,
    async call<M extends Method>(method: M, params: Params<M>): Promise<Reply<M>> {
      const answer = await bridge.call(method, params);
      if ('error' in answer) throw new CallError(answer.error);
      return answer.result;
    },
  };
}

function browserHost(location: Location): Host {
  const token = takeToken(location);
  const url = new URL('/rpc', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (token) url.searchParams.set('token', token);
  return connect(() => new WebSocket(url), new URL('/assets', location.href).href);
}

/** Takes the token out of the address bar, so that it is neither shown nor shared; the cookie carries it from here on. */
function takeToken(location: Location): string | null {
  const url = new URL(location.href);
  const token = url.searchParams.get('token');
  if (token === null) return null;
  url.searchParams.delete('token');
  history.replaceState(history.state, '', url);
  return token;
}
