/** Text that a host may have sent, made safe for a terminal: control characters could move its cursor. */
export const plainText = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
