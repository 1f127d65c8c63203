/** What one signer brought is not what BIP-327 asks for: `InvalidContributionError` of the standard. */
export class ContributionError extends Error {
  override readonly name = 'ContributionError'
  /** Its place among the signers. */
  readonly signer: number
  readonly contribution: 'pubkey' | 'pubnonce' | 'psig'

  constructor(signer: number, contribution: ContributionError['contribution']) {
    super(`signer ${signer} brought an invalid ${contribution}`)
    this.signer = signer
    this.contribution = contribution
  }
}
