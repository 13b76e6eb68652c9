import type { Costs, Diagnosis, Mending, Step } from '../doctor/finding.ts';
import { plainText } from './plain-text.ts';

/** Longest line of prose, in characters; commands are never broken, so that they can be copied. */
const width = 100;
const statusWidth = 8;
const titleWidth = 16;

/** What the doctor found, for people: a block for each host, then a line for all. */
export function doctorText(diagnoses: readonly Diagnosis[]): string {
  const count = (verdict: Diagnosis['verdict']): number => diagnoses.filter((one) => one.verdict === verdict).length;
  const hosts = `${diagnoses.length} ${diagnoses.length === 1 ? 'host' : 'hosts'}`;
  return [
    ...diagnoses.flatMap((diagnosis) => [...hostLines(diagnosis), '']),
    `${hosts}: ${count('full')} in full, ${count('limited')} not in full, ${count('none')} not at all.`,
    '',
  ].join('\n');
}

function hostLines({ given, account, summary, steps }: Diagnosis): readonly string[] {
  const asWho = account === null ? 'no account set' : `as ${plainText(account)}`;
  return [
    `${plainText(given)} (${asWho})`,
    ...together(steps).flatMap(stepLines),
    ...wrapped(plainText(summary), '  => '),
  ];
}

/** Steps in a row that were skipped for the same reason, as one. */
function together(steps: readonly Step[]): readonly Step[] {
  const shown: Step[] = [];
  for (const step of steps) {
    const last = shown.at(-1);
    if (last?.status === 'skipped' && step.status === 'skipped' && last.seen === step.seen) {
      shown.splice(-1, 1, { ...last, title: `${last.title}, ${step.title}` });
    } else {
      shown.push(step);
    }
  }
  return shown;
}

function stepLines({ status, title, code, seen, costs, mending, fatal }: Step): readonly string[] {
  const indent = ' '.repeat(statusWidth + 2);
  const text = plainText(code === undefined ? seen : `${code}: ${seen}`);
  const head = `  ${status.padEnd(statusWidth)}`;
  const lost = fatal ? ['everything: the host gives no inventory'] : costLines(costs);
  return [
    ...(title.length > titleWidth
      ? wrapped(`${title}: ${text}`, head)
      : wrapped(text, `${head}${title.padEnd(titleWidth)} `)),
    ...lost.flatMap((line) => wrapped(line, `${indent}costs `)),
    ...(mending ? mendingLines(mending, indent) : []),
  ];
}

/** Nothing where nothing is lost. */
function costLines(costs: Costs | undefined): readonly string[] {
  if (costs === undefined) return [];
  const { tabs, columns, facts } = costs;
  return [
    ...(tabs.length > 0
      ? [`${tabs.length === 1 ? 'the tab' : 'the tabs'} ${tabs.join(', ')} (incomplete or missing)`]
      : []),
    ...(columns.length > 0 ? [`the columns ${columns.join(', ')}`] : []),
    ...(tabs.length + columns.length === 0 && facts.length > 0 ? [`the facts ${facts.join(', ')}`] : []),
  ];
}

function mendingLines({ where, what, commands, otherwise }: Mending, indent: string): readonly string[] {
  const place = where === 'host' ? ' On the host, in PowerShell as administrator:' : '';
  const lines = (list: readonly string[]): readonly string[] => list.map((command) => `${indent}    ${command}`);
  return [
    ...wrapped(`${what}${commands.length > 0 ? place : ''}`, `${indent}mend  `),
    ...lines(commands),
    ...(otherwise
      ? [
          ...wrapped(otherwise.what, `${indent}else  `),
          ...lines(otherwise.commands),
          ...wrapped(`This makes the host less safe: ${otherwise.weakens}`, `${indent}      `),
        ]
      : []),
  ];
}

/** Lines of bearable length, the later ones indented as far as the first. */
function wrapped(text: string, head: string): readonly string[] {
  const lines: string[] = [];
  let line = head;
  for (const word of text.split(' ')) {
    const empty = line.trim() === '' || line === head;
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(head.length) + word;
    } else {
      line += empty ? word : ` ${word}`;
    }
  }
  return [...lines, line];
}
