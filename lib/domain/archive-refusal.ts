// Why an archive is refused: thrown inside the scan only, and turned into a Problem by `readArchive`.

export class Refused extends Error {
  constructor(
    readonly what: string,
    /** Which entry, counted from 0; null when it is the archive as a whole. */
    readonly index: number | null = null,
    readonly path = '',
  ) {
    super(what);
  }
}
