import { createHash } from 'node:crypto';

/**
 * MsvAvChannelBindings (MS-NLMP 2.2.2.1): the MD5 of the binding as GSS-API lays it out (RFC 2744 3.11), without
 * addresses. 16 bytes, never all zero, which would read as "no binding".
 */
export function channelBindingsValue(applicationData: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(applicationData.length);
  return createHash('md5').update(Buffer.alloc(16)).update(length).update(applicationData).digest();
}
