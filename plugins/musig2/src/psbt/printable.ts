// Text that came from somebody else, and amounts, for a terminal.

const textLengthMax = 160

/**
 * Letters of scripts that run from left to right, ASCII and pictures stay; everything else becomes its number: what moves a cursor,
 * turns the direction of the text around, or cannot be seen.
 */
export function printable(text: string): string {
  const shown = [...text]
    .slice(0, textLengthMax)
    .map((character, at, all) => (isPlain(character) && !isGap(at, all) ? character : escaped(character)))
  return shown.join('') + ([...text].length > textLengthMax ? '…' : '')
}

const plain =
  /^[\x20-\x5b\x5d-\x7e\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]$/u
const unseen = /[\p{C}\p{M}\p{Default_Ignorable_Code_Point}]/u

const isPlain = (character: string): boolean => plain.test(character) && !unseen.test(character)

/** A space after another one: with enough of them, text could be moved to where something else stands. */
const isGap = (at: number, all: readonly string[]): boolean => all[at] === ' ' && all[at - 1] === ' '

function escaped(character: string): string {
  return character === '\\' ? '\\\\' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/** 8 decimals, thousands apart, and as wide as its neighbours: `    1,234.00000000 BTC`. */
export function formatBitcoin(satoshi: bigint): string {
  const [sign, amount] = satoshi < 0n ? ['-', -satoshi] : ['', satoshi]
  const whole = (amount / 100_000_000n).toString().replace(/\B(?=(\d{3})+$)/g, ',')
  const part = (amount % 100_000_000n).toString().padStart(8, '0')
  return `${`${sign}${whole}.${part}`.padStart(amountWidth)} BTC`
}

const amountWidth = '10,000.00000000'.length
