import { parseArgs } from 'node:util'

export const help = `npm run verify-transcript -- FILE --protocol MODULE[#export] [--network NAME] [--round ID]

  Verifies what remains of a round: every signature, and all that was said by the rules of the protocol.
  Prints the result, or who is convicted of what. Needs no node and no network.

  FILE         a transcript or a piece of evidence, as a round gives it
  --protocol   the module with the definition: a file, or a package. Without #export it is the
               one definition that the module exports. It is imported, and so runs: keep the
               definition apart from the program that plays it
  --network    the network that it has to be from; any network where left out
  --round      the id of the round that it has to be about, as \`round.id\` has it
  --help       this text

  For example: npm run verify-transcript -- dice.transcript --protocol @rondo/rounds/examples#dice

  Ends with 0 where the round was completed or the file convicts somebody, and with 1 otherwise.
`

export interface Options {
  readonly file: string
  readonly module: string
  /** Of the module; the only definition there where undefined. */
  readonly exported: string | undefined
  readonly network: string | undefined
  readonly round: string | undefined
}

/** Throws a TypeError that says what is wrong. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      protocol: { type: 'string' },
      network: { type: 'string' },
      round: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new TypeError('name one file; see --help')
  if (values.protocol === undefined)
    throw new TypeError('--protocol names the module with the definition of the protocol; see --help')
  const [module = '', exported] = values.protocol.split('#')
  return { file, module, exported, network: values.network, round: values.round }
}
