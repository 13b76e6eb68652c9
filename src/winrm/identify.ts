/** Identify (DSP0226 section 11): is there a WS-Management listener at all. */
import { failure, type Result, success } from '../result.ts';
import { namespaces } from './soap/namespaces.ts';
import { child } from './soap/xml.ts';
import type { ExchangeLimits, Transport } from './transport.ts';
import { type WinrmError, winrmError } from './winrm-error.ts';

export interface Identity {
  readonly productVendor: string;
  readonly productVersion: string;
}

const question =
  `<s:Envelope xmlns:s="${namespaces.s}" xmlns:wsmid="${namespaces.wsmid}">` +
  '<s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>';

/** Asks without logging on; Windows then leaves the version of the operating system out. */
export async function identify(transport: Transport, limits: ExchangeLimits): Promise<Result<Identity, WinrmError>> {
  const answer = await transport.sendAnonymous(
    Buffer.from(question, 'utf8'),
    { wsmanidentify: 'unauthenticated' },
    limits,
  );
  if (!answer.ok) return failure(answer.error.error);
  const response = child(answer.value, 'IdentifyResponse');
  if (response === undefined) {
    const detail = 'Identify was answered by something else';
    return failure(winrmError('protocolViolation', transport.host, undefined, detail));
  }
  return success({
    productVendor: child(response, 'ProductVendor')?.text.trim() ?? '',
    productVersion: child(response, 'ProductVersion')?.text.trim() ?? '',
  });
}
