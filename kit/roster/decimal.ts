/** Numbers as a gradebook writes them, which depends on the language of whoever exported it. */

/** What the text may mean: "1,000" is a thousand or one. None where it is no number. */
export function readingsOf(text: string): number[] {
  const digits = text.trim().replace(/(?<=\d)[\s'’](?=\d{3})/gu, '');
  if (!/^-?\d[\d.,]*$/.test(digits) && !/^-?[.,]\d+$/.test(digits)) return [];
  const [point, comma] = [digits.lastIndexOf('.'), digits.lastIndexOf(',')];
  const decimals = point > comma ? ['.'] : comma > point ? [','] : ['.'];
  const isSingle = digits.split(/[.,]/).length === 2;
  // One mark with three digits after it may also part thousands.
  const isGroup = isSingle && /^-?[1-9]\d{0,2}[.,]\d{3}$/.test(digits);
  const readings = decimals.map((decimal) => {
    const other = decimal === '.' ? /,/g : /\./g;
    return Number(digits.replace(other, '').replace(decimal, '.'));
  });
  if (isGroup) readings.push(Number(digits.replace(/[.,]/, '')));
  return readings.filter(Number.isFinite);
}

export const means = (text: string, value: number): boolean => readingsOf(text).includes(value);
