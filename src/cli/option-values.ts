import { InvalidArgumentError } from 'commander';

/** A parser of one option's value; commander names the option and the value in front of its message. */
type OptionParser<Value> = (text: string) => Value;

/** A whole number of at least `least`. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER): OptionParser<number> =>
  (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Number.MAX_SAFE_INTEGER
        ? `It must be a whole number from ${least} on.`
        : `It must be a whole number from ${least} to ${most}.`,
    );
  };

/** A share from 0 to 1, e.g. 0.9. */
export const share: OptionParser<number> = (text) => {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1, e.g. 0.9.');
};

/** The longest wait a timer of Node can hold, in seconds. */
const longestSeconds = 2_147_483;

/** Seconds as given, above 0, with decimals allowed; comes back in milliseconds. */
export const seconds: OptionParser<number> = (text) => {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && value <= longestSeconds) return Math.ceil(value * 1000);
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
};

/** Seconds separated by commas, or `none`; comes back in milliseconds. */
export const pauses: OptionParser<readonly number[]> = (text) => {
  if (text.trim().toLowerCase() === 'none') return [];
  try {
    return commaSeparated(text).map(seconds);
  } catch {
    throw new InvalidArgumentError('It must be seconds above 0, separated by commas, or none.');
  }
};

/** `name=number` pairs separated by commas; whether there is such a name is for others to say. */
export const limits: OptionParser<Readonly<Record<string, number>>> = (text) =>
  Object.fromEntries(
    commaSeparated(text).map((pair) => {
      const [, name = '', number = ''] = /^([A-Za-z]+)\s*=\s*(\d*\.?\d+)$/.exec(pair) ?? [];
      if (name === '') throw new InvalidArgumentError('It must be like checkpointDays=7,freePercent=10.');
      return [name, Number(number)];
    }),
  );

/** Names separated by commas; blanks around them do not count. */
export const commaSeparated: OptionParser<readonly string[]> = (text) => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > 0) return names;
  throw new InvalidArgumentError('It must name at least one.');
};
