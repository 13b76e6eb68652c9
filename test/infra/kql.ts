import { createRequire } from 'node:module';

/** What this test needs of Microsoft's own parser of KQL, which is a script for browsers: it leaves one global name. */
interface KustoLanguage {
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly KustoCode: { ParseAndAnalyze(query: string, globals: unknown): { GetDiagnostics(): Diagnostics } };
  readonly Symbols: {
    readonly DatabaseSymbol: { readonly ctor: new (name: string, tables: readonly unknown[]) => unknown };
    readonly TableSymbol: { readonly $ctor7: new (name: string, schema: string, description: null) => unknown };
  };
}

interface Diagnostics {
  readonly Count: number;
  getItem(index: number): { readonly Message: string };
}

const load = createRequire(import.meta.url);
load('@kusto/language-service-next/bridge.min.js');
load('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { Language } = (globalThis as unknown as { Kusto: { Language: KustoLanguage } }).Kusto;

const table = (name: string, schema: string): unknown => new Language.Symbols.TableSymbol.$ctor7(name, schema, null);

/** The columns of Application Insights' tables that alerts may read. */
const insights = new Language.Symbols.DatabaseSymbol.ctor('insights', [
  table(
    'traces',
    '(timestamp: datetime, message: string, severityLevel: int, operation_Name: string, operation_Id: string)',
  ),
  table(
    'requests',
    '(timestamp: datetime, name: string, success: string, operation_Name: string, operation_Id: string)',
  ),
]);
const globals = Language.GlobalState.Default.WithDatabase(insights);

/** What Microsoft's parser has against a query: syntax, and names and types that are not there. */
export function problemsOf(query: string): readonly string[] {
  const found = Language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => found.getItem(index).Message);
}
