// docs/errors.md from the tables of codes: the text for people, made of the same entries that the code throws.

interface Entry {
  readonly layer: string
  readonly meaning: string
  readonly retryable: boolean
}

interface Advice {
  readonly fault: string
  readonly remedy: string
}

export interface PackageErrors {
  readonly packageName: string
  readonly table: Readonly<Record<string, Entry>>
  readonly guide: Readonly<Record<string, Advice>>
}

const faults: Readonly<Record<string, string>> = {
  caller: 'the caller',
  peer: 'the peer',
  network: 'the network',
  operator: 'the operator',
  handler: 'a handler',
}

const opening = `# Errors

Made by \`npm run docs\` from the packages' \`errors.ts\` and \`error-guide.ts\`; do not edit it by hand.

Every error that Rondo throws is a \`RondoError\`. Its \`code\` is one of those below and stays the same between versions;
its message may change. \`retryable\` says whether doing the same again can help, \`details\` holds the particulars as data,
\`cause\` what lies behind it. Misuse of the API throws a \`TypeError\`, and an aborted call rethrows \`signal.reason\`.
`

export function renderErrors(packages: readonly PackageErrors[]): string {
  const sections = packages.flatMap((each) => [`## ${each.packageName}\n`, ...layers(each)])
  return [opening, ...sections].join('\n')
}

function layers({ table, guide }: PackageErrors): string[] {
  const names = [...new Set(Object.values(table).map((entry) => entry.layer))]
  return names.map((layer) => {
    const rows = Object.entries(table)
      .filter(([, entry]) => entry.layer === layer)
      .map(([code, { meaning, retryable }]) => {
        const { fault = '', remedy = '' } = guide[code] ?? {}
        return row([`\`${code}\``, meaning, faults[fault] ?? fault, remedy, retryable ? 'yes' : 'no'])
      })
    const head = [row(['code', 'meaning', 'whose fault', 'what to do', 'retry?']), '|---|---|---|---|---|']
    return `### ${layer}\n\n${[...head, ...rows].join('\n')}\n`
  })
}

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
