import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parseScriptFrame } from './script-message.ts';
import type { ScriptMessage } from './script-protocol.ts';

/** What was found in the bytes, in their order. */
export type FrameEvent =
  | { readonly kind: 'message'; readonly message: ScriptMessage }
  /** One or more frames were damaged or are missing here; what they held is lost. */
  | { readonly kind: 'damage'; readonly reason: string };

export interface FrameReader {
  /** Takes the next bytes of stdout, cut anywhere, and returns what they complete. */
  push(bytes: Uint8Array): readonly FrameEvent[];
  /** Tells that no more bytes come; returns the damage of a frame that was cut off. */
  end(): readonly FrameEvent[];
  /** What stood between the frames, for diagnosis: the first {@link maxNoise} characters. */
  noise(): string;
}

/** Longest base64 of one frame that is believed, in characters. The script makes frames of less than 1 MB. */
export const maxFrameLength = 16 * 1024 * 1024;
/** Most bytes of JSON that a frame may unfold to. Full of empty values it takes some thirty times that in memory. */
export const maxFrameJson = 16 * 1024 * 1024;
export const maxNoise = 4_096;

const marker = Buffer.from('HVR1 ');
const headerPattern = /^HVR1 (\d{1,9}) (\d{1,9}) ([0-9a-f]{64})\r?$/;
/** `HVR1 `, two numbers of nine digits, 64 hex digits, blanks and a CR. */
const maxHeader = 5 + 10 + 10 + 64 + 1;
const lineFeed = 0x0a;

interface Header {
  readonly sequence: number;
  readonly length: number;
  readonly hash: string;
}

const isBase64 = (byte: number): boolean =>
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x2b ||
  byte === 0x2f ||
  byte === 0x3d;

/** The frame's messages, or why they cannot be had. */
function openFrame(base64: Buffer, hash: string): readonly ScriptMessage[] | string {
  if (createHash('sha256').update(base64).digest('hex') !== hash) return 'its hash does not match';
  let json: string;
  try {
    json = gunzipSync(Buffer.from(base64.toString('latin1'), 'base64'), { maxOutputLength: maxFrameJson }).toString(
      'utf8',
    );
  } catch {
    return 'it does not decompress';
  }
  return parseScriptFrame(json)?.messages ?? 'it is not a frame of the protocol';
}

/**
 * Reads the frames of `script-protocol.ts` out of stdout. A damaged frame costs only itself: base64 holds no blank, so
 * the next `HVR1 ` is always a new frame's start, however long the damaged one claimed to be.
 */
export function createFrameReader(): FrameReader {
  let pending = Buffer.alloc(0);
  let header: Header | undefined;
  /** Bytes of the payload that were already looked at. */
  let checked = 0;
  let lastSequence = 0;
  let noise = '';

  const addNoise = (bytes: Buffer): void => {
    if (noise.length < maxNoise) noise += bytes.subarray(0, maxNoise - noise.length).toString('latin1');
  };

  /** Drops what precedes the next header; false where more bytes are needed. */
  function findHeader(): boolean {
    for (;;) {
      const start = pending.indexOf(marker);
      if (start < 0) {
        // The marker itself may be cut: its beginning stays.
        const keep = Math.min(pending.length, marker.length - 1);
        addNoise(pending.subarray(0, pending.length - keep));
        pending = pending.subarray(pending.length - keep);
        return false;
      }
      addNoise(pending.subarray(0, start));
      pending = pending.subarray(start);
      // Looked for no further than a header reaches: the rest may be megabytes, and the next marker is looked at too.
      const lineEnd = pending.subarray(0, maxHeader + 1).indexOf(lineFeed);
      if (lineEnd < 0 && pending.length <= maxHeader) return false;
      const found = lineEnd < 0 ? null : headerPattern.exec(pending.subarray(0, lineEnd).toString('latin1'));
      if (found) {
        header = { sequence: Number(found[1]), length: Number(found[2]), hash: found[3] ?? '' };
        pending = pending.subarray(lineEnd + 1);
        checked = 0;
        return true;
      }
      addNoise(pending.subarray(0, marker.length));
      pending = pending.subarray(marker.length);
    }
  }

  function damaged(sequence: number, reason: string): FrameEvent {
    lastSequence = sequence;
    return { kind: 'damage', reason: `frame ${sequence}: ${reason}` };
  }

  /** Reads the payload of the current header; undefined where more bytes are needed. */
  function readPayload({ sequence, length, hash }: Header): readonly FrameEvent[] | undefined {
    const tooLong = length > maxFrameLength;
    const limit = tooLong ? pending.length : Math.min(length, pending.length);
    while (checked < limit && isBase64(pending[checked] ?? 0)) checked++;
    if (tooLong || checked < limit) {
      // A frame that was cut off may end in the letters of the next marker.
      pending = pending.subarray(tooLong ? 0 : Math.max(0, checked - marker.length + 1));
      return [damaged(sequence, tooLong ? `it claims ${length} characters` : 'it is cut off')];
    }
    if (pending.length < length) return undefined;
    const messages = openFrame(pending.subarray(0, length), hash);
    if (typeof messages === 'string') {
      pending = pending.subarray(Math.max(0, length - marker.length + 1));
      return [damaged(sequence, messages)];
    }
    pending = pending.subarray(length);
    const events: FrameEvent[] = messages.map((message) => ({ kind: 'message', message }));
    if (sequence !== lastSequence + 1) {
      events.unshift({ kind: 'damage', reason: `frame ${sequence} came after frame ${lastSequence}` });
    }
    lastSequence = sequence;
    return events;
  }

  return {
    push(bytes) {
      pending = Buffer.concat([pending, bytes]);
      const events: FrameEvent[] = [];
      while (header !== undefined || findHeader()) {
        if (header === undefined) break;
        const read = readPayload(header);
        if (read === undefined) break;
        // Not as arguments of one call: a frame may hold more messages than a call takes.
        for (const event of read) events.push(event);
        header = undefined;
      }
      return events;
    },
    end() {
      const cut = header;
      header = undefined;
      if (cut === undefined) {
        addNoise(pending);
        pending = Buffer.alloc(0);
        return [];
      }
      pending = Buffer.alloc(0);
      return [damaged(cut.sequence, 'it is cut off')];
    },
    noise: () => noise.trim(),
  };
}
