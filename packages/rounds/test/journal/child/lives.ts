// What the killed process keeps, made again from its numbers.

export const attempt = 'a7'.repeat(32)

export const roomOf = (life: number): string => life.toString(16).padStart(64, '0')

export function articleIn(life: number, number: number) {
  const hash = (life * 1_000_000 + number).toString(16).padStart(64, '0')
  return { hash, bytes: Uint8Array.from({ length: 300 + (number % 50) }, (_, index) => life + number + index) }
}
