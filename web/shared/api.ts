// Talks to one of the two HTTP APIs: JSON both ways, the CSRF header on writes, problems as errors with their words.

/** An answer of `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly places: { pointer: string; code: string; detail: string }[] = [],
  ) {
    super(message);
  }
}

let csrfToken = '';

/** The token that `GET .../me` and signing in hand out; sent with every write. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = await response.json();
    const words = body.detail ?? body.title ?? response.statusText;
    return new Problem(response.status, body.code ?? '', words, body.errors ?? []);
  } catch {
    return new Problem(response.status, '', `The server answered ${response.status} ${response.statusText}.`);
  }
}

async function answer(method: string, path: string, body?: unknown, etag?: string): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET') headers['x-csrf-token'] = csrfToken;
  if (method === 'POST') headers['idempotency-key'] = newKey();
  if (etag !== undefined) headers['if-match'] = etag;
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem(0, 'UNREACHABLE', 'No answer. Is it running, and is this machine still connected to it?');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function bodyOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

/** One request. Throws Problem for any refusal, and Problem with status 0 when nobody answers. */
export async function call<T>(method: string, path: string, body?: unknown, etag?: string): Promise<T> {
  return bodyOf<T>(await answer(method, path, body, etag));
}

/** What is there with the version it has, to be changed by `call('PATCH', path, patch, etag)`. */
export async function getVersion<T>(path: string): Promise<{ value: T; etag: string }> {
  const response = await answer('GET', path);
  return { value: await bodyOf<T>(response), etag: response.headers.get('etag') ?? '' };
}

/** One request whose answer is text, with the headers it came with. */
export async function getText(path: string): Promise<{ text: string; headers: Headers }> {
  const response = await answer('GET', path);
  return { text: await response.text(), headers: response.headers };
}

/** A random key for `Idempotency-Key`; works without a secure context, where randomUUID is missing. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const get = <T>(path: string) => call<T>('GET', path);
export const post = <T>(path: string, body: unknown = {}) => call<T>('POST', path, body);
export const remove = (path: string) => call<null>('DELETE', path);
