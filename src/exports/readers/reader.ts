import type { TabRow } from '../../collectors/collector.ts';

/** A VM as the workbook names it. */
export interface NamedVm {
  readonly host: string;
  readonly vm: string;
}

/** Takes what a reader would refuse or misread: why, as one clause, and the VM where it is about one. */
export type Remark = (why: string, vm?: NamedVm) => void;

/** A program that reads RVTools workbooks, and what it would make of this one. */
export interface Reader {
  readonly name: string;
  /** A look at one workbook, its rows as they are written. */
  look(remark: Remark): ReaderLook;
}

export interface ReaderLook {
  row(tab: string, row: TabRow): void;
  /** After the last row of the last tab. */
  end?(): void;
}

export const isBlank = (row: TabRow, column: string): boolean => String(row[column] ?? '').trim() === '';

export const namedVm = (row: TabRow): NamedVm => ({ host: String(row.Host ?? ''), vm: String(row.VM ?? '') });
