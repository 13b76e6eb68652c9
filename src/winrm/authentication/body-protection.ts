/** Sealing of message bodies, as a scheme gives it to the connection it has authenticated. */

import { failure, type Result } from '../../result.ts';
import {
  encryptedContentType,
  encryptedMultipart,
  isEncryptedContentType,
  parseEncryptedMultipart,
} from '../encrypted-multipart.ts';
import type { MessageSealing } from '../ntlm/sealing.ts';

export interface BodyProtection {
  protect(plain: Buffer): { readonly contentType: string; readonly body: Buffer };
  /** Opens an answer's body; must see every answer of the connection that has one, in order. */
  unprotect(contentType: string, body: Buffer): Result<Buffer, string>;
}

/** Bodies sealed as multipart/encrypted. */
export const sealedBodies = (sealing: MessageSealing): BodyProtection => ({
  protect: (plain) => ({
    contentType: encryptedContentType,
    body: encryptedMultipart(sealing.seal(plain), plain.length),
  }),
  unprotect: (contentType, body) => {
    // What came in the clear on a sealed connection is not known to come from the host: it is not looked at.
    if (!isEncryptedContentType(contentType))
      return failure(`an unsealed answer (${contentType || 'no content type'})`);
    const message = parseEncryptedMultipart(body);
    return message.ok ? sealing.unseal(message.value) : message;
  },
});
