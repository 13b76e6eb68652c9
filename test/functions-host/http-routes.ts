import type { Registration } from '../../src/embedded/registration.ts';

export interface MatchedRoute {
  readonly name: string;
  readonly authLevel: string;
  readonly params: Readonly<Record<string, string>>;
}

const prefix = '/api/';

/** The function that answers a path: of several the one whose route has fewer parameters, as in Azure. */
export function matchRoute(
  registrations: readonly Registration[],
  method: string,
  pathname: string,
): MatchedRoute | undefined {
  if (!pathname.startsWith(prefix)) return undefined;
  const path = pathname.slice(prefix.length);
  const matches = registrations.flatMap(({ name, bindings }): (MatchedRoute & { readonly parameters: number })[] => {
    const trigger = bindings.find(({ type }) => type === 'httpTrigger');
    if (!trigger?.methods?.some((allowed) => allowed.toUpperCase() === method)) return [];
    const match = routePattern(trigger.route ?? name).exec(path);
    if (!match) return [];
    const params = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([key, value]) => [key, decoded(value ?? '')]),
    );
    return [{ name, authLevel: trigger.authLevel ?? 'anonymous', params, parameters: Object.keys(params).length }];
  });
  return matches.sort((a, b) => a.parameters - b.parameters)[0];
}

/** `runs/{runId}/files/{*name}`: a parameter is one part of the path, one with a star all that is left, even nothing. */
function routePattern(route: string): RegExp {
  const parts = route.split('/').map((part, index) => {
    const slash = index === 0 ? '' : '/';
    const [, star, parameter] = /^\{(\*?)(\w+)\}$/.exec(part) ?? [];
    if (parameter === undefined) return `${slash}${part.replace(/[^\w-]/g, '\\$&')}`;
    return star ? `(?:${slash}(?<${parameter}>.*))?` : `${slash}(?<${parameter}>[^/]+)`;
  });
  return new RegExp(`^${parts.join('')}/?$`, 'i');
}

/** ASP.NET decodes route values, but for an encoded slash. */
function decoded(value: string): string {
  return value.replace(/%(?!2f)[0-9a-f]{2}(?:%(?!2f)[0-9a-f]{2})*/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
