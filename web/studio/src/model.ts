// What Studio's API says, as far as this page shows it.

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Who is signed in. */
export interface Me {
  user_id: string;
  username: string;
  role: 'viewer' | 'operator' | 'producer' | 'admin' | 'emergency';
  org_name: string;
  handle: string | null;
  home: boolean; // of the organisation that runs this Studio
  csrf_token: string;
}

/** What this page offers a role; Studio decides again on every request. */
export function may(me: Me, act: 'administer' | 'add appliances' | 'load timelines' | 'run shows'): boolean {
  const roles = {
    administer: ['admin'],
    'add appliances': ['admin', 'producer'],
    'load timelines': ['admin', 'producer'],
    'run shows': ['admin', 'producer', 'operator', 'emergency'],
  };
  return roles[act].includes(me.role);
}

/** This Studio's addresses and the broker beside its own channel. */
export interface StudioItself {
  url: string;
  channel_url: string;
  broker: null | {
    url: string;
    connected: boolean;
    since: string;
    last_error: string | null;
    certificate_ends: string | null;
    certificate_ends_soon: boolean;
    connections: number;
  };
}

export interface ApiKey {
  key_id: string;
  name: string;
  role: string;
  state: 'open' | 'expired' | 'revoked';
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}

export interface AuditEntry {
  n: number;
  at: string;
  actor: string;
  actor_name: string | null;
  action: string;
  target: string;
  outcome: string;
  correlation_id: string | null;
}

export interface Config {
  revision: number | null;
  desired: Record<string, unknown>;
  reported: Record<string, unknown>;
  in_sync: boolean;
  diff: { pointer: string; desired: unknown; reported: unknown }[];
}

export interface Appliance {
  device_id: string;
  name: string;
  serial: string;
  connected: boolean;
  revoked: boolean;
  since: string | null;
  last_seen: string | null;
  firmware_version: string;
}

/** The one word for how it stands with Studio. */
export function standing(device: Appliance): 'revoked' | 'connected' | 'offline' {
  if (device.revoked) return 'revoked';
  return device.connected ? 'connected' : 'offline';
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

/** A pairing token as the list knows it: never its secret. */
export interface PairingGrant {
  id: string;
  serial: string;
  state: 'open' | 'used' | 'expired' | 'locked';
  expires_at: string;
  used_at: string | null;
}

/** A token at the one moment when its secret is told. */
export interface MadeToken extends PairingGrant {
  token: string;
  code: string;
  code_expires_at: string;
  studio_url: string;
  qr_svg?: string;
}

export interface EnrolmentFile {
  studio_url: string;
  expires_at: string;
  tokens: { serial: string; token: string; id: string }[];
}

export interface Credential {
  kind: string;
  number: number;
  kid?: string;
  thumbprint?: string;
  state: 'issued' | 'current' | 'former' | 'ended';
  not_after: string | null;
  ends_at: string | null;
}

export interface Rotation {
  rotation_id: string;
  credential: string;
  step: string;
  reason: string | null;
  started_at: string;
  ended_at: string | null;
}

export interface Credentials {
  revoked_at: string | null;
  credentials: Credential[];
  rotations: Rotation[];
  trust: { studio_kid: string; up_to_date: boolean };
}

export interface Session {
  session_id: string;
  transport: string;
  connected_at: string;
  ended_at: string | null;
  close_code: number | null;
  cause: string | null;
}
