// Times, amounts and states in words people read.

/** "3 s ago", "5 min ago"; "never" for nothing. */
export function age(iso: string | null | undefined, now: number): string {
  if (!iso) return 'never';
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (Number.isNaN(seconds)) return 'unknown';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** How long from `from` to `to`, or to now while it lasts: "4 s", "12 min". */
export function span(from: string, to: string | null, now: number): string {
  const seconds = Math.max(0, Math.round(((to ? Date.parse(to) : now) - Date.parse(from)) / 1000));
  if (Number.isNaN(seconds)) return 'unknown';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

/** Local clock time with seconds. */
export function clock(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleTimeString([], { hour12: false });
}

/** The clock time, with the day before it unless that is today. */
export function when(iso: string, now = Date.now()): string {
  const date = new Date(iso);
  const today = date.toDateString() === new Date(now).toDateString();
  return today || Number.isNaN(date.getTime()) ? clock(iso) : `${date.toLocaleDateString('sv-SE')} ${clock(iso)}`;
}

/** "00:12:05" of a duration in milliseconds. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const part = (value: number) => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

export type Tone = 'good' | 'warn' | 'bad' | 'idle' | 'onair';

const tones: Record<string, Tone> = {
  connected: 'good', online: 'good', live: 'onair', playing: 'onair', running: 'onair', ready: 'good',
  succeeded: 'good', completed: 'good', accepted: 'good', connecting: 'warn', starting: 'warn',
  reconnecting: 'warn', degraded: 'warn', stalled: 'warn', stopping: 'warn', paused: 'warn', arming: 'warn',
  loading: 'warn', queued: 'warn', sent: 'warn', offline: 'bad', failed: 'bad', rejected: 'bad',
  auth_failed: 'bad', revoked: 'bad', expired: 'bad', error: 'bad', critical: 'bad', warning: 'warn',
  notice: 'idle', info: 'idle', debug: 'idle', open: 'good', current: 'good', done: 'good', locked: 'bad',
  issued: 'warn', differs: 'warn', asked: 'warn', answered: 'warn', proving: 'warn', outdated: 'warn',
};

/** How a state is to look; unknown states look idle. */
export function toneOf(state: string): Tone {
  return tones[state] ?? 'idle';
}

/** "auth_failed" -> "auth failed". */
export function words(state: string): string {
  return state.replaceAll('_', ' ');
}
