import { createRequire } from 'node:module';

/** What we need of Microsoft's own parser of KQL, which is a script for browsers: it leaves one global name. */
interface KustoLanguage {
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly KustoCode: { ParseAndAnalyze(query: string, globals: unknown): KustoCode };
  readonly Symbols: {
    readonly DatabaseSymbol: { readonly ctor: new (name: string, tables: readonly unknown[]) => unknown };
    readonly TableSymbol: { readonly $ctor7: new (name: string, schema: string, description: null) => unknown };
  };
  readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, unknown>> };
}

interface KustoCode {
  readonly Syntax: SyntaxNode;
  GetDiagnostics(): { readonly Count: number; getItem(index: number): { readonly Message: string } };
}

interface SyntaxNode {
  readonly Kind: number;
  readonly ChildCount: number;
  GetChild(index: number): SyntaxNode | null;
  ToString(): string;
}

const load = createRequire(import.meta.url);
load('@kusto/language-service-next/bridge.min.js');
load('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { Language } = (globalThis as unknown as { Kusto: { Language: KustoLanguage } }).Kusto;

const kindNames = new Map(Object.entries(Language.Syntax.SyntaxKind).map(([name, kind]) => [kind, name]));

const table = (name: string, columns: string): unknown => new Language.Symbols.TableSymbol.$ctor7(name, columns, null);

/** The columns of Application Insights' tables that alerts may read. */
const insights = new Language.Symbols.DatabaseSymbol.ctor('insights', [
  table('traces', '(timestamp: datetime, message: string, severityLevel: int, operation_Id: string)'),
  table('requests', '(timestamp: datetime, name: string, success: string, operation_Id: string)'),
]);
const globals = Language.GlobalState.Default.WithDatabase(insights);

/** What Microsoft's parser has against a query: syntax, and names and types that are not there. */
export function problemsOf(query: string): readonly string[] {
  const found = Language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => found.getItem(index).Message);
}

/** A query as its parser sees it: the kind of each part, its text, and its parts without keywords and signs. */
export interface Part {
  readonly kind: string;
  readonly text: string;
  readonly parts: readonly Part[];
}

export const parsed = (query: string): Part => partOf(Language.KustoCode.ParseAndAnalyze(query, globals).Syntax);

function partOf(node: SyntaxNode): Part {
  const children = Array.from({ length: node.ChildCount }, (_, index) => node.GetChild(index));
  const parts = children.flatMap((child) => (child === null ? [] : [partOf(child)]));
  return {
    kind: kindNames.get(node.Kind) ?? 'unknown',
    text: node.ToString().trim(),
    parts: parts.flatMap((part) => (part.kind === 'SeparatedElement' ? part.parts : [part])).filter(isMeant),
  };
}

const isMeant = ({ kind }: Part): boolean => !/(?:Keyword|Token)$/.test(kind) || /Identifier|Literal/.test(kind);
