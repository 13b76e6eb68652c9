"""Reads a workbook with openpyxl and prints what it holds as JSON, sheet by sheet. Dates are ISO 8601."""

import datetime
import json
import sys

import openpyxl


def value_of(cell):
    value = cell.value
    if isinstance(value, datetime.datetime):
        return {"date": value.isoformat(timespec="seconds")}
    return value


def rgb_of(color):
    """A colour of a theme has no value of its own."""
    return color.rgb if color is not None and isinstance(color.rgb, str) else None


def sheet_of(sheet):
    first = sheet["A1"]
    return {
        "title": sheet.title,
        "freeze": sheet.freeze_panes,
        "filter": sheet.auto_filter.ref,
        "dimensions": sheet.dimensions,
        "header_font": [first.font.name, first.font.sz, first.font.b, rgb_of(first.font.color)],
        "header_fill": rgb_of(first.fill.fgColor) if first.fill.fill_type else None,
        "rows": [[value_of(cell) for cell in row] for row in sheet.iter_rows()],
        "types": [[cell.data_type for cell in row] for row in sheet.iter_rows(min_row=2, max_row=2)],
        "formats": [[cell.number_format for cell in row] for row in sheet.iter_rows(min_row=2, max_row=2)],
        "fonts": [[[cell.font.name, cell.font.sz] for cell in row] for row in sheet.iter_rows(min_row=2, max_row=2)],
    }


workbook = openpyxl.load_workbook(sys.argv[1])
print(json.dumps([sheet_of(sheet) for sheet in workbook.worksheets]))
