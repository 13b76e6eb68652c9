/** Message confidentiality of NTLM with extended session security, 128 bits and key exchange (MS-NLMP 3.4). */
import { timingSafeEqual } from 'node:crypto';
import { failure, type Result, success } from '../../result.ts';
import { hmacMd5, type SessionKeys } from './keys.ts';
import { Rc4 } from './rc4.ts';

export const signatureLength = 16;

export interface SealedMessage {
  /** 16 bytes: version 1, checksum, sequence number. */
  readonly signature: Buffer;
  readonly sealed: Buffer;
}

export interface MessageSealing {
  /** Seals our next message. */
  seal(plain: Uint8Array): SealedMessage;
  /** Opens the other side's next message; messages must be handed in in their order, faults too. */
  unseal(message: SealedMessage): Result<Buffer, string>;
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** Sealing as one side of a connection does it: a stream and a counter per direction, from 0. */
export function messageSealing(keys: SessionKeys, side: 'client' | 'server'): MessageSealing {
  const ours = side === 'client' ? [keys.clientSealing, keys.clientSigning] : [keys.serverSealing, keys.serverSigning];
  const theirs =
    side === 'client' ? [keys.serverSealing, keys.serverSigning] : [keys.clientSealing, keys.clientSigning];
  const [sending, receiving] = [direction(ours), direction(theirs)];
  return {
    seal: (plain) => {
      // The payload takes its part of the key stream before the checksum does.
      const sealed = sending.cipher.transform(plain);
      return { signature: sending.sign(plain), sealed };
    },
    unseal: ({ signature, sealed }) => {
      const plain = receiving.cipher.transform(sealed);
      const expected = receiving.sign(plain);
      return signature.length === signatureLength && timingSafeEqual(signature, expected)
        ? success(plain)
        : failure('the signature of a sealed message does not match');
    },
  };
}

function direction(keys: readonly Buffer[]): { cipher: Rc4; sign(plain: Uint8Array): Buffer } {
  const [sealing = Buffer.alloc(0), signing = Buffer.alloc(0)] = keys;
  const cipher = new Rc4(sealing);
  let next = 0;
  return {
    cipher,
    sign: (plain) => {
      const sequence = uint32(next);
      next = (next + 1) >>> 0;
      const checksum = hmacMd5(signing, sequence, plain).subarray(0, 8);
      return Buffer.concat([uint32(1), cipher.transform(checksum), sequence]);
    },
  };
}
