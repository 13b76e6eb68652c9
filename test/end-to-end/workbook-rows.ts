import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import exceljs from 'exceljs';

/** Rows of one tab of the workbook that lies in a folder, by column name, as they read in Excel. */
export async function workbookRows(folder: string, tab: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const name = (await readdir(folder)).find((file) => file.endsWith('.xlsx'));
  if (name === undefined) throw new Error(`There is no workbook in ${folder}`);
  const workbook = new exceljs.Workbook();
  await workbook.xlsx.readFile(join(folder, name));
  const sheet = workbook.getWorksheet(tab);
  if (!sheet) throw new Error(`The workbook has no tab ${tab}`);
  const headers = textsOf(sheet.getRow(1));
  const rows: Record<string, string>[] = [];
  sheet.eachRow((row, number) => {
    if (number === 1) return;
    const texts = textsOf(row);
    rows.push(Object.fromEntries(headers.map((header, index) => [header, texts[index] ?? ''])));
  });
  return rows;
}

/** Column numbers count from 1. */
function textsOf(row: exceljs.Row): string[] {
  const texts: string[] = [];
  row.eachCell({ includeEmpty: true }, (cell, column) => {
    texts[column - 1] = cell.text;
  });
  return texts;
}
