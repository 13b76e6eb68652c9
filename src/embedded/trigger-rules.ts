import type { Binding, Registration } from './registration.ts';

const authLevels: ReadonlySet<string> = new Set(['anonymous', 'function', 'admin']);

/** The first parts of routes that Azure's host keeps for itself. */
const reservedRoutes: ReadonlySet<string> = new Set(['admin', 'runtime']);

/** Five or six fields, as NCRONTAB has them, or the time between two calls. */
const schedule = /^(?:[\d*,/A-Za-z-]+(?: +[\d*,/A-Za-z-]+){4,5}|(?:\d+\.)?\d{1,2}:\d{2}:\d{2})$/;

/** Throws where Azure's host would report the function in error, and then not call it. */
export function assertTriggerAzureTakes(name: string, binding: Binding, others: readonly Registration[]): void {
  if (binding.type === 'httpTrigger') assertHttp(name, binding, others);
  if (binding.type === 'timerTrigger' && !schedule.test(binding.schedule ?? ''))
    throw new Error(`Azure refuses the schedule "${binding.schedule ?? ''}" of function "${name}"`);
}

function assertHttp(name: string, binding: Binding, others: readonly Registration[]): void {
  const { route = name, authLevel = 'anonymous', methods = [] } = binding;
  if (!authLevels.has(authLevel)) throw new Error(`Azure refuses the authLevel "${authLevel}" of function "${name}"`);
  const [first = ''] = route.split('/');
  if (route.startsWith('/') || reservedRoutes.has(first.toLowerCase()))
    throw new Error(`Azure refuses the route "${route}" of function "${name}"`);
  const same = others.find(({ bindings }) =>
    bindings.some((other) => {
      const isRoute = other.type === 'httpTrigger' && shapeOf(other.route ?? '') === shapeOf(route);
      return isRoute && (other.methods ?? []).some((method) => methods.includes(method));
    }),
  );
  if (same)
    throw new Error(`Functions "${same.name}" and "${name}" both have the route "${route}"; which one answers is open`);
}

/** Two routes that differ by the names of their parameters only are the same. */
const shapeOf = (route: string): string => route.toLowerCase().replace(/\{\*?[^}]*\}/g, '{}');
