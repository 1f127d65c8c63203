import type { Game } from './game.ts'

const games = {
  async dice() {
    const { diceGame } = await import('./dice-game.ts')
    return diceGame
  },
  async musig2(items) {
    const { signingGame } = await import('../musig2/signing-game.ts')
    return signingGame(items)
  },
} as const satisfies Readonly<Record<string, (items: number) => Promise<Game>>>

export type GameName = keyof typeof games

export function isGameName(name: string): name is GameName {
  return Object.hasOwn(games, name)
}

/** Nothing of the others is loaded. `items` is how much is made in a round, where that differs. */
export function openGame(name: GameName, items: number): Promise<Game> {
  return games[name](items)
}
