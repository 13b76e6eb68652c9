/** RVTools' colours, the worst first. */
const colours = ['red', 'yellow', 'gray', 'green'] as const;

export type Colour = (typeof colours)[number];

/** The worst of several; gray, that is unknown, where there are none. */
export const worstColour = (several: readonly Colour[]): Colour =>
  colours.find((colour) => several.includes(colour)) ?? 'gray';
