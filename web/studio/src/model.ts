// What Studio's API says, as far as this page shows it.

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Appliance {
  device_id: string;
  name: string;
  serial: string;
  connected: boolean;
  since: string | null;
  last_seen: string | null;
  firmware_version: string;
}

export interface DeviceState {
  reported_at: string | null;
  streams: { stream_id: string; state: string }[];
  runs: { run_id: string; timeline_id: string; state: string; position_ms: number }[];
  cameras: { camera_id: string; name: string; state: string }[];
  timelines: { timeline_id: string; revision: number; state: string }[];
}

export interface DeviceEvent {
  event_id: string;
  event_type: string;
  severity: string;
  occurred_at: string;
  context: Record<string, unknown>;
}

export interface Command {
  message_id: string;
  type: string;
  state: string;
  terminal: boolean;
  accepted_at: string;
  ack: { status: string; error: { code: string; message: string } | null } | null;
  progress: { state: string; percent_complete: number | null; error?: { code: string; message: string } | null }[];
}

export interface TraceEntry {
  at: string;
  direction: 'studio' | 'out' | 'in';
  what: string;
  state: string | null;
  session_id: string | null;
  seq: number | null;
  transport: string | null;
}

export interface Timeline {
  timeline_id: string;
  name: string;
  revision: number;
}
