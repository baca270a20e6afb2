// A server-sent event stream that comes back by itself and says whether it is alive.

export interface Live {
  close(): void;
}

/**
 * Subscribes to `path`; `handlers` by event name get the parsed data; `state` hears true when open, false when lost.
 */
export function follow(
  path: string,
  handlers: Record<string, (data: unknown) => void>,
  state: (alive: boolean) => void,
): Live {
  const source = new EventSource(path);
  source.onopen = () => state(true);
  source.onerror = () => state(false);
  for (const [name, handler] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handler(parse((event as MessageEvent<string>).data)));
  }
  return { close: () => source.close() };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
